package dev.holdfast.api;

import io.avaje.jsonb.Jsonb;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests out of the OpenAPI document: as it says, nearly so, and nothing of the kind. Repeats itself for a seed.
 */
public final class Fuzz {
    private static final Jsonb JSON = Jsonb.builder().build();
    private static final String[] TEXTS = {
        "",
        "web",
        "web/0",
        "nobody",
        "tick",
        "q",
        "*",
        "HUP",
        "5m",
        "j1",
        "a b",
        "../../etc/passwd",
        "%00",
        "ä💥",
        "' OR 1=1 --",
        "<script>",
        "\u0000\u0001\t",
        "null",
        "-1",
        "1e999",
        "x".repeat(3000)
    };
    private static final String[] NUMBERS = {
        "0", "1", "-1", "3", "99999999999999999999", "1e400", "-0.0", "0x10", "NaN", "1.5", "2147483648"
    };
    private static final String[] METHODS = {
        "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "get", "", "G T"
    };

    private final Random random;
    private final Map<?, ?> document;
    private final List<Operation> operations = new ArrayList<>();

    private record Operation(String method, String path, Map<?, ?> of) {}

    /** @param paths of those that are asked, as the document has them */
    public Fuzz(String openApi, long seed, Predicate<String> paths) {
        random = new Random(seed);
        document = (Map<?, ?>) JSON.type(Object.class).fromJson(openApi);
        at(document, "paths").forEach((path, methods) -> {
            if (paths.test((String) path)) {
                ((Map<?, ?>) methods)
                        .forEach((method, of) -> operations.add(new Operation(
                                ((String) method).toUpperCase(java.util.Locale.ROOT), (String) path, (Map<?, ?>) of)));
            }
        });
    }

    private static Map<?, ?> at(Map<?, ?> of, String key) {
        return (Map<?, ?>) Objects.requireNonNull(of.get(key), key);
    }

    /** The next one. */
    public HttpRequest next(long mostMillis) {
        Operation o = operations.get(random.nextInt(operations.size()));
        String method = o.method;
        var headers = new HashMap<String, String>();
        String target = target(o, headers);
        String body = "";
        if (o.of.get("requestBody") instanceof Map<?, ?> takes && random.nextInt(10) > 0) {
            body = json(at(at(at(takes, "content"), "application/json"), "schema"));
        }
        int kind = random.nextInt(20);
        if (kind >= 12) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                switch (random.nextInt(5)) {
                    case 0 -> method = any(METHODS);
                    case 1 -> target = "/api/v1" + mutated(target.substring("/api/v1".length()));
                    case 2 -> headers.put(any("accept", "last-event-id", "if-none-match", "idempotency-key"), text());
                    default -> body = mutated(body);
                }
            }
        }
        if (kind == 19) {
            target = "/api/v1/" + garbage(60);
            body = garbage(400);
        }
        return new HttpRequest(method, target, headers, body, mostMillis);
    }

    private String target(Operation o, Map<String, String> headers) {
        String path = "/api/v1" + o.path;
        var query = new ArrayList<String>();
        for (Object p : o.of.get("parameters") instanceof List<?> l ? l : List.of()) {
            var parameter = (Map<?, ?>) Objects.requireNonNull(p);
            String name = (String) Objects.requireNonNull(parameter.get("name"));
            boolean given = random.nextInt(3) == 0;
            switch ((String) Objects.requireNonNull(parameter.get("in"))) {
                case "path" -> path = path.replace("{" + name + "}", encoded(name()));
                case "query" -> {
                    if (given) {
                        query.add(name + "=" + encoded(plain(at(parameter, "schema"))));
                    }
                }
                default -> {
                    if (given) {
                        headers.put(name.toLowerCase(java.util.Locale.ROOT), text().strip());
                    }
                }
            }
        }
        if (at(o.of, "responses").toString().contains("text/event-stream") && random.nextInt(4) == 0) {
            headers.put("accept", "text/event-stream");
        }
        return query.isEmpty() ? path : path + "?" + String.join("&", query);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private String name() {
        String name = random.nextInt(3) > 0 ? any("web", "web/0", "tick", "q", "tmp", "j1") : text();
        return name.isEmpty() ? "x" : name;
    }

    private String text() {
        return any(TEXTS);
    }

    private String any(String... of) {
        return of[random.nextInt(of.length)];
    }

    /** As a query has it. */
    private String plain(Map<?, ?> schema) {
        Object value = value("array".equals(schema.get("type")) ? at(schema, "items") : schema, "", 0);
        return String.valueOf(value);
    }

    private String json(Map<?, ?> schema) {
        return JSON.toJson(value(schema, "", 0));
    }

    private @Nullable Object value(Map<?, ?> schema, String key, int depth) {
        if (schema.get("$ref") instanceof String ref) {
            return value(
                    at(at(at(document, "components"), "schemas"), ref.substring(ref.lastIndexOf('/') + 1)), key, depth);
        }
        for (String several : List.of("oneOf", "anyOf")) {
            if (schema.get(several) instanceof List<?> l) {
                return value((Map<?, ?>) Objects.requireNonNull(l.get(random.nextInt(l.size()))), key, depth);
            }
        }
        if (schema.get("enum") instanceof List<?> words) {
            return words.get(random.nextInt(words.size()));
        }
        Object type = schema.get("type");
        String one = (String) Objects.requireNonNull(
                type instanceof List<?> l ? l.get(random.nextInt(l.size())) : Objects.requireNonNull(type));
        return switch (one) {
            case "null" -> null;
            case "boolean" -> random.nextBoolean();
            case "integer" -> whole(schema, key);
            case "number" -> random.nextInt(100) / 4.0;
            case "array" -> {
                var list = new ArrayList<@Nullable Object>();
                for (int i = random.nextInt(3) + (schema.containsKey("minItems") ? 1 : 0); i > 0; i--) {
                    list.add(value(at(schema, "items"), key, depth + 1));
                }
                yield list;
            }
            case "object" -> object(schema, depth);
            default -> schema.containsKey("pattern") ? "j" + random.nextInt(20) : text();
        };
    }

    private long whole(Map<?, ?> schema, String key) {
        long least = schema.get("minimum") instanceof Number n ? n.longValue() : 0;
        long most = schema.get("maximum") instanceof Number n ? n.longValue() : 100;
        if (key.equals("replicas") || key.equals("token")) {
            return random.nextInt(3) + 1L;
        }
        return random.nextInt(4) == 0 ? most : least + random.nextLong(Math.max(1, Math.min(most - least, 20)));
    }

    private Map<String, @Nullable Object> object(Map<?, ?> schema, int depth) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        List<?> required = schema.get("required") instanceof List<?> l ? l : List.of();
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, of) -> {
                if (required.contains(name) || random.nextBoolean()) {
                    object.put((String) name, value((Map<?, ?>) of, (String) name, depth + 1));
                }
            });
        } else if (schema.get("additionalProperties") instanceof Map<?, ?> more) {
            for (int i = random.nextInt(3); i > 0; i--) {
                object.put("k" + i, value(more, "", depth + 1));
            }
        }
        return object;
    }

    private String mutated(String text) {
        var out = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(out.length() + 1);
            switch (random.nextInt(6)) {
                case 0 -> out.insert(at, any(TEXTS));
                case 1 -> out.insert(at, any(NUMBERS));
                case 2 -> out.delete(at, Math.min(out.length(), at + random.nextInt(5)));
                case 3 -> out.insert(at, any("{", "}", "[", "]", "\"", ",", ":", "\\", "/", "?", "&", "=", "%", "%zz"));
                case 4 -> out.insert(at, out.substring(at));
                default -> {
                    if (at < out.length()) {
                        out.setCharAt(at, (char) (32 + random.nextInt(95)));
                    }
                }
            }
            out.setLength(Math.min(out.length(), 20_000));
        }
        return out.toString();
    }

    private String garbage(int most) {
        var out = new StringBuilder();
        boolean nested = random.nextInt(3) == 0;
        for (int i = random.nextInt(most); i > 0; i--) {
            out.append(nested ? any("{", "[", "\"a\":", "{\"a\":[") : Character.toString(random.nextInt(0x2ff)));
        }
        return out.toString();
    }
}
