package dev.holdfast.api;

import dev.holdfast.api.Param.OneOf;
import dev.holdfast.api.Param.Text;
import dev.holdfast.api.Param.Whole;
import dev.holdfast.api.Route.Gives;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI 3.1 document, out of the routes, the records, and what their Javadoc says of them. It is made when Holdfast
 * is built, not when it runs: there the annotations that say what may be null are no more.
 */
final class OpenApi {
    private static final Path SOURCES = Path.of("src/main/java/dev/holdfast/api");
    private static final Pattern JAVADOC_OF_RECORD = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + "(?:@[A-Za-z.]+(?:\\([^)]*\\))?\\s*)*(?:public\\s+)?record (\\w+)",
            Pattern.DOTALL);
    /** What a request must say though a record would do without, and the other way round. */
    private static final Set<String> REQUIRED = Set.of("WorkerWord.token");

    private static final Set<String> OPTIONAL = Set.of("AlertHush.reason");
    /** Records that have more than their components. */
    private static final Set<String> OPEN = Set.of("EventPageEntry");

    private final Map<String, Object> schemas = new TreeMap<>();
    private final Map<Class<?>, Map<String, String>> words = new LinkedHashMap<>();

    private OpenApi() {}

    static String json(List<Route> routes) {
        return Jsonb.builder().build().toJsonPretty(new OpenApi().document(routes)) + "\n";
    }

    private Map<String, Object> document(List<Route> routes) {
        var paths = new TreeMap<String, Object>();
        for (Route r : routes) {
            @SuppressWarnings("unchecked") // made here
            var operations =
                    (Map<String, Object>) paths.computeIfAbsent("/" + r.template(), _ -> new TreeMap<String, Object>());
            operations.put(r.method().toLowerCase(Locale.ROOT), operation(r));
        }
        schema(ProblemDetails.class, false);
        submission();
        return map(
                "openapi", "3.1.0",
                "info",
                        map(
                                "title", "Holdfast",
                                "version", "1",
                                "description",
                                        "What can be asked of a running daemon, on its Unix socket and, where it is"
                                                + " configured, by TCP."),
                "servers", List.of(map("url", "/api/v1")),
                "security", List.of(map("token", List.of()), map()),
                "paths", paths,
                "components",
                        map(
                                "securitySchemes",
                                map(
                                        "token",
                                        map(
                                                "type",
                                                "http",
                                                "scheme",
                                                "bearer",
                                                "description",
                                                "A token of holdfast token create. On the Unix socket there is none: the"
                                                        + " user counts.")),
                                "responses",
                                map(
                                        "Refused",
                                        map(
                                                "description",
                                                "It was refused.",
                                                "content",
                                                map(ProblemDetails.MEDIA, map("schema", ref("ProblemDetails"))))),
                                "schemas",
                                schemas));
    }

    private Map<String, Object> operation(Route r) {
        var operation = map(
                "operationId", id(r),
                "summary", r.summary(),
                "tags", List.of(r.template().replaceFirst("/.*", "")),
                "x-scopes", r.scopes().stream().sorted().map(Scope::word).toList());
        List<Object> parameters = parameters(r);
        if (!parameters.isEmpty()) {
            operation.put("parameters", parameters);
        }
        Class<?> takes = r.takes();
        if (takes != null) {
            Object schema = takes == Submission.class ? ref("Submission") : schema(takes, true);
            operation.put("requestBody", map("required", !r.bare(), "content", map(Route.JSON, map("schema", schema))));
        }
        operation.put("responses", responses(r));
        return operation;
    }

    private static String id(Route r) {
        var id = new StringBuilder(r.method().toLowerCase(Locale.ROOT));
        for (String word : r.template().split("[^A-Za-z]+", -1)) {
            if (!word.isEmpty()) {
                id.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return id.toString();
    }

    private static List<Object> parameters(Route r) {
        var all = new ArrayList<Object>();
        for (String name : r.names()) {
            all.add(map("name", name, "in", "path", "required", true, "schema", map("type", "string", "minLength", 1)));
        }
        for (Param p : r.query()) {
            Map<String, Object> one = switch (p.kind()) {
                case Text(int most) -> map("type", "string", "maxLength", most);
                case Whole(int least, int most, int otherwise) ->
                    map("type", "integer", "minimum", least, "maximum", most, "default", otherwise);
                case OneOf(List<String> these) -> map("type", "string", "enum", these);
            };
            all.add(map(
                    "name",
                    p.name(),
                    "in",
                    "query",
                    "description",
                    p.says(),
                    "schema",
                    p.several() ? map("type", "array", "items", one) : one));
        }
        if (r.gives().stream().anyMatch(g -> g.media().equals(Route.EVENTS))) {
            all.add(header("Last-Event-ID", "Behind which the events go on.", 2000));
        }
        if (r.gives().stream().anyMatch(g -> g.status() == 304)) {
            all.add(header("If-None-Match", "An ETag: what is still so is not answered again.", 1000));
        }
        if (r.takes() == Submission.class) {
            all.add(header("Idempotency-Key", "The id of one job.", 130));
        }
        return all;
    }

    private static Map<String, Object> header(String name, String says, int most) {
        return map(
                "name", name, "in", "header", "description", says, "schema", map("type", "string", "maxLength", most));
    }

    private Map<String, Object> responses(Route r) {
        var byStatus = new TreeMap<String, Object>();
        r.gives().stream().collect(Collectors.groupingBy(Gives::status)).forEach((status, gives) -> {
            var content = new LinkedHashMap<String, Object>();
            gives.stream()
                    .collect(Collectors.groupingBy(Gives::media, LinkedHashMap::new, Collectors.toList()))
                    .forEach((media, types) -> {
                        List<Object> of = types.stream()
                                .map(Gives::type)
                                .filter(java.util.Objects::nonNull)
                                .map(t -> (Object) schema(t, false))
                                .toList();
                        if (!of.isEmpty()) {
                            content.put(media, map("schema", of.size() == 1 ? of.getFirst() : map("anyOf", of)));
                        }
                    });
            var response = map("description", Http.reason(status));
            if (!content.isEmpty()) {
                response.put("content", content);
            }
            byStatus.put(Integer.toString(status), response);
        });
        byStatus.put("default", map("$ref", "#/components/responses/Refused"));
        return byStatus;
    }

    private static Map<String, Object> ref(String name) {
        return map("$ref", "#/components/schemas/" + name);
    }

    private static String name(Class<?> type) {
        Class<?> around = type.getDeclaringClass();
        return (around == null ? "" : name(around)) + type.getSimpleName();
    }

    /** @param asked of a request: what is primitive may be left away */
    private Map<String, Object> schema(Class<?> type, boolean asked) {
        String name = name(type);
        if (!schemas.containsKey(name)) {
            var schema = new LinkedHashMap<String, Object>();
            schemas.put(name, schema); // before its components, which may be of its own kind
            var properties = new LinkedHashMap<String, Object>();
            var required = new ArrayList<String>();
            for (RecordComponent c : type.getRecordComponents()) {
                String key = key(type, c);
                boolean nullable = c.getAnnotatedType().isAnnotationPresent(Nullable.class);
                var of = of(c.getAnnotatedType(), asked);
                if (nullable) {
                    of = nullable(of);
                }
                String says = words(type).get(c.getName());
                if (says != null) {
                    of.put("description", says);
                }
                properties.put(key, of);
                String place = name + "." + c.getName();
                boolean may = nullable || (asked && c.getType().isPrimitive());
                if ((!may || REQUIRED.contains(place)) && !OPTIONAL.contains(place)) {
                    required.add(key);
                }
            }
            schema.put("type", "object");
            String says = words(type).get("");
            if (says != null && !says.isEmpty()) {
                schema.put("description", says);
            }
            schema.put("properties", properties);
            if (!required.isEmpty()) {
                schema.put("required", required);
            }
            schema.put("additionalProperties", OPEN.contains(name));
        }
        return ref(name);
    }

    /** As it is in JSON: the annotation that says so is not kept in classes. */
    private static String key(Class<?> type, RecordComponent c) {
        Matcher m = Pattern.compile("@Json\\.Property\\(\"(\\w+)\"\\)[^,()]*\\b" + c.getName() + "\\b")
                .matcher(source(type));
        return m.find() ? m.group(1) : c.getName();
    }

    private Map<String, Object> of(AnnotatedType type, boolean asked) {
        if (type instanceof AnnotatedParameterizedType generic) {
            Class<?> raw = (Class<?>) ((java.lang.reflect.ParameterizedType) generic.getType()).getRawType();
            AnnotatedType[] of = generic.getAnnotatedActualTypeArguments();
            return raw == List.class
                    ? map("type", "array", "items", element(of[0], asked))
                    : map("type", "object", "additionalProperties", element(of[1], asked));
        }
        Class<?> c = (Class<?>) type.getType();
        if (c == String.class) {
            return map("type", "string");
        } else if (c == int.class || c == Integer.class) {
            return map("type", "integer", "format", "int32");
        } else if (c == long.class || c == Long.class) {
            return map("type", "integer", "format", "int64");
        } else if (c == double.class || c == Double.class) {
            return map("type", "number", "format", "double");
        } else if (c == boolean.class) {
            return map("type", "boolean");
        } else if (c.isRecord()) {
            return new LinkedHashMap<>(schema(c, asked));
        }
        throw new IllegalStateException("no schema for " + c);
    }

    private Map<String, Object> element(AnnotatedType type, boolean asked) {
        Map<String, Object> of = of(type, asked);
        return type.isAnnotationPresent(Nullable.class) ? nullable(of) : of;
    }

    private static Map<String, Object> nullable(Map<String, Object> schema) {
        Object type = schema.get("type");
        if (type == null) {
            return map("anyOf", List.of(schema, map("type", "null")));
        }
        schema.put("type", List.of(type, "null"));
        return schema;
    }

    /** By hand, as it is read by hand. */
    private void submission() {
        var value = map("type", List.of("string", "number", "boolean", "null"));
        var job = map(
                "type",
                "object",
                "description",
                "A job that somebody wants done.",
                "properties",
                map(
                        "payload",
                        map("type", "object", "additionalProperties", value),
                        "id",
                        map("type", List.of("string", "null"), "pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"),
                        "delay",
                        map(
                                "type",
                                List.of("string", "null"),
                                "description",
                                "Before which it is not begun, such as 5m."),
                        "priority",
                        map(
                                "type",
                                List.of("integer", "null"),
                                "minimum",
                                Submission.LEAST,
                                "maximum",
                                Submission.MOST)),
                "required",
                List.of("payload"),
                "additionalProperties",
                false);
        schemas.put("SubmissionJob", job);
        schemas.put(
                "Submission",
                map(
                        "description",
                        "A job, or several.",
                        "oneOf",
                        List.of(
                                ref("SubmissionJob"),
                                map(
                                        "type",
                                        "object",
                                        "properties",
                                        map(
                                                "jobs",
                                                map(
                                                        "type",
                                                        "array",
                                                        "minItems",
                                                        1,
                                                        "maxItems",
                                                        Submissions.MOST,
                                                        "items",
                                                        ref("SubmissionJob"))),
                                        "required",
                                        List.of("jobs"),
                                        "additionalProperties",
                                        false))));
    }

    private static String source(Class<?> type) {
        Class<?> outermost = type;
        while (outermost.getDeclaringClass() != null) {
            outermost = outermost.getDeclaringClass();
        }
        try {
            return Files.readString(SOURCES.resolve(outermost.getSimpleName() + ".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the Javadoc says of a record, under the empty name, and of its components. */
    private Map<String, String> words(Class<?> type) {
        return words.computeIfAbsent(type, t -> {
            var said = new LinkedHashMap<String, String>();
            Matcher m = JAVADOC_OF_RECORD.matcher(source(t));
            while (m.find()) {
                if (m.group(2).equals(t.getSimpleName())) {
                    String text = m.group(1).replaceAll("(?m)^\\s*\\* ?", "").strip();
                    String[] parts = text.split("(?:^|\\n)@", -1);
                    said.put("", plain(parts[0]));
                    Arrays.stream(parts)
                            .skip(1)
                            .filter(p -> p.startsWith("param "))
                            .forEach(p -> {
                                String[] named = p.substring("param ".length()).split("\\s+", 2);
                                said.put(named[0], named.length > 1 ? plain(named[1]) : "");
                            });
                }
            }
            return said;
        });
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\{@(?:code|link|value)\\s+([^}]*)}", "$1")
                .replaceAll("\\s+", " ")
                .strip();
    }

    static Map<String, Object> map(Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
