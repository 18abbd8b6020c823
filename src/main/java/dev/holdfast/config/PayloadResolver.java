package dev.holdfast.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From payload fields as written to specs. */
record PayloadResolver(Problems problems, Binder binder) {
    /** What the API's JSON can take of a text. */
    private static final int LONGEST = 32_000;

    SortedMap<String, QueueSpec.FieldSpec> fields(QueueSection q) {
        var fields = new TreeMap<String, QueueSpec.FieldSpec>();
        q.payload().forEach((name, f) -> {
            Node at = binder.at(q.payload(), name);
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,62}") || QueueSpec.PLACES.contains(name)) {
                problems.add(
                        at,
                        "\"" + name + "\": a field's name has letters, digits and _, at most 63, and is none of "
                                + String.join(
                                        ", ", QueueSpec.PLACES.stream().sorted().toList()));
            }
            fields.put(name, field(f, at));
        });
        return Collections.unmodifiableSortedMap(fields);
    }

    private QueueSpec.FieldSpec field(QueueSection.Field f, Node at) {
        var r = new Ranges(problems, binder, f, at);
        only(f, QueueSpec.FieldType.URI, "schemes", "allowPrivate", "allowCredentials");
        only(f, QueueSpec.FieldType.STRING, "pattern", "minLength");
        only(f, QueueSpec.FieldType.INTEGER, "min", "max");
        only(f, QueueSpec.FieldType.ENUM, "values");
        only(f, QueueSpec.FieldType.PATH, "root");
        r.within("maxLength", f.maxLength(), 1, LONGEST);
        r.within("minLength", f.minLength(), 0, f.maxLength());
        r.absolute("root", f.root());
        pattern(f.pattern(), binder.at(f, "pattern", at));
        Long min = f.min();
        Long max = f.max();
        if (min != null && max != null && min > max) {
            problems.add(binder.at(f, "min", at), "min is at most max");
        }
        if (f.type() == QueueSpec.FieldType.ENUM && f.values().isEmpty()) {
            problems.add(at, "an enum needs values");
        }
        if (f.type() == QueueSpec.FieldType.PATH && f.root() == null) {
            problems.add(at, "a path needs root, the directory below which it lies");
        }
        if (f.required() && f.otherwise() != null) {
            problems.add(binder.at(f, "otherwise", at), "what is required needs no default");
        }
        String otherwise = f.otherwise();
        String unfit = otherwise == null ? null : unfit(f, otherwise);
        if (unfit != null) {
            problems.add(binder.at(f, "otherwise", at), "\"" + otherwise + "\": the default " + unfit);
        }
        List<String> schemes = f.schemes().isEmpty() && f.type() == QueueSpec.FieldType.URI
                ? List.of("http", "https")
                : f.schemes().stream().map(s -> s.toLowerCase(Locale.ROOT)).toList();
        return new QueueSpec.FieldSpec(
                f.type(),
                f.required(),
                f.otherwise(),
                schemes,
                f.allowPrivate(),
                f.allowCredentials(),
                f.pattern(),
                f.minLength(),
                f.maxLength(),
                min,
                max,
                List.copyOf(f.values()),
                f.root());
    }

    private void only(QueueSection.Field f, QueueSpec.FieldType type, String... components) {
        for (String c : components) {
            Node written = f.type() == type ? null : binder.written(f, c);
            if (written != null) {
                problems.add(
                        written,
                        Binder.key(QueueSection.Field.class, c) + " counts only with type: " + Scalars.written(type));
            }
        }
    }

    /** Why a default is none; null: it may be one, as far as that can be told here. */
    private static @Nullable String unfit(QueueSection.Field f, String value) {
        if (value.length() > f.maxLength() || value.length() < f.minLength()) {
            return "has " + value.length() + " characters, not " + f.minLength() + " to " + f.maxLength();
        }
        return switch (f.type()) {
            case ENUM -> f.values().contains(value) ? null : "is none of values";
            case INTEGER -> {
                if (!value.matches("0|-?[1-9]\\d{0,17}")) {
                    yield "is no integer";
                }
                long n = Long.parseLong(value);
                boolean within = (f.min() == null || n >= f.min()) && (f.max() == null || n <= f.max());
                yield within ? null : "is not within min and max";
            }
            case STRING -> f.pattern() == null || matches(f.pattern(), value) ? null : "does not match the pattern";
            case URI -> value.contains("://") ? null : "is no URI";
            case PATH -> List.of(value.split("/", -1)).contains("..") ? "leaves its root" : null;
        };
    }

    private static boolean matches(String pattern, String value) {
        try {
            return Pattern.matches(pattern, value);
        } catch (PatternSyntaxException told) {
            return true;
        }
    }

    private void pattern(@Nullable String regex, Node at) {
        try {
            if (regex != null) {
                Pattern.compile(regex);
            }
        } catch (PatternSyntaxException e) {
            problems.add(
                    at,
                    "\"" + regex + "\" is no regular expression: " + e.getDescription()
                            + "; it is RE2's syntax, without look-around and back-references");
        }
    }
}
