package dev.holdfast.config;

import io.avaje.jsonb.Jsonb;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON Schema (2020-12) of the configuration, out of the records that read it. For editors: structure and words. */
public final class Schema {
    private final TreeMap<String, Object> definitions = new TreeMap<>();

    private Schema() {}

    /** The schema as indented JSON. */
    public static String json() {
        var schema = new Schema();
        var root = new LinkedHashMap<String, Object>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Holdfast configuration");
        root.putAll(schema.section(Document.class, false));
        root.put("$defs", schema.definitions);
        return Jsonb.builder().build().type(Object.class).toJsonPretty(root);
    }

    private Map<String, Object> of(Type type, @Nullable RecordComponent component, boolean partial) {
        var schema = new LinkedHashMap<String, Object>();
        if (type instanceof ParameterizedType generic) {
            boolean list = generic.getRawType() == List.class;
            schema.put("type", list ? "array" : "object");
            Type element = generic.getActualTypeArguments()[list ? 0 : 1];
            schema.put(list ? "items" : "additionalProperties", of(element, null, partial));
        } else {
            plain((Class<?>) type, schema, partial);
        }
        Doc doc = component == null ? null : component.getAnnotation(Doc.class);
        if (doc != null) {
            schema.put("description", doc.value());
        }
        Default d = component == null ? null : component.getAnnotation(Default.class);
        if (d != null && !d.value().isEmpty()) {
            schema.put("default", d.value());
        }
        return schema;
    }

    private void plain(Class<?> type, Map<String, Object> schema, boolean partial) {
        Scalars.Scalar scalar = Scalars.of(type);
        if (scalar != null) {
            var types = new ArrayList<>(scalar.type());
            if (!types.contains("string")) {
                types.add("string"); // ${NAME} may stand for it
            }
            schema.put("type", types.size() == 1 ? types.getFirst() : types);
        } else if (type.isEnum()) {
            schema.put("enum", List.of(Scalars.constants(type)));
        } else {
            String name = type.getSimpleName() + (partial ? "Defaults" : "");
            if (!definitions.containsKey(name)) {
                definitions.put(name, Map.of()); // a mark against recursion
                definitions.put(name, forms(type, partial));
            }
            schema.put("$ref", "#/$defs/" + name);
        }
    }

    private Map<String, Object> forms(Class<?> type, boolean partial) {
        var forms = new ArrayList<Object>();
        for (Method m : type.getDeclaredMethods()) {
            if (m.isAnnotationPresent(Form.class)) {
                forms.add(of(m.getGenericParameterTypes()[0], null, partial));
            }
        }
        if (forms.isEmpty()) {
            return section(type, partial);
        }
        if (type != ProcessSection.Command.class
                && type != ProcessSection.Dependencies.class
                && type != Thresholds.class) {
            forms.add(section(type, partial));
        }
        return Map.of("anyOf", forms);
    }

    private Map<String, Object> section(Class<?> type, boolean partial) {
        var properties = new LinkedHashMap<String, Object>();
        var required = new ArrayList<String>();
        for (RecordComponent c : type.getRecordComponents()) {
            properties.put(Binder.keyOf(c), of(c.getGenericType(), c, partial || type == Document.Defaults.class));
            if (c.isAnnotationPresent(Required.class) && !partial) {
                required.add(Binder.keyOf(c));
            }
        }
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        return schema;
    }
}
