package dev.holdfast.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark, as its route declares it: what is misspelt must not mean everything. */
final class Query {
    private final Map<String, Param> declared = new HashMap<>();
    private final Map<String, List<String>> values = new HashMap<>();

    Query(String text, List<Param> params) throws Bad {
        params.forEach(p -> declared.put(p.name(), p));
        for (String pair : text.split("&", -1)) {
            int end = pair.indexOf('=');
            String name = decoded(end < 0 ? pair : pair.substring(0, end));
            String value = end < 0 ? "" : decoded(pair.substring(end + 1));
            if (!name.isEmpty()) {
                put(name, value);
            }
        }
    }

    private void put(String name, String value) throws Bad {
        Param param = declared.get(name);
        if (param == null) {
            throw new Bad(
                    400,
                    "\"" + name + "\" is not asked for here; there is "
                            + (declared.isEmpty()
                                    ? "nothing"
                                    : String.join(
                                            ", ",
                                            declared.keySet().stream().sorted().toList())));
        }
        if (value.isEmpty() && !param.several()) {
            return;
        }
        param.check(value);
        List<String> of = values.computeIfAbsent(name, _ -> new ArrayList<>());
        if (!of.isEmpty() && !param.several()) {
            throw new Bad(400, name + " comes twice");
        }
        of.add(value);
    }

    private Param declared(String name) {
        Param param = declared.get(name);
        if (param == null) {
            throw new IllegalArgumentException("the route does not declare " + name);
        }
        return param;
    }

    List<String> all(String name) {
        return List.copyOf(values.getOrDefault(declared(name).name(), List.of()));
    }

    /** Null: not given, or empty. */
    @Nullable
    String one(String name) {
        List<String> given = all(name);
        return given.isEmpty() ? null : given.getFirst();
    }

    int whole(String name) {
        String given = one(name);
        if (!(declared(name).kind() instanceof Param.Whole whole)) {
            throw new IllegalArgumentException(name + " is no number");
        }
        return given == null ? whole.otherwise() : Integer.parseInt(given);
    }

    static String decoded(String text) throws Bad {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            throw new Bad(400, "\"" + text + "\" is not percent-encoded as it should be");
        }
    }
}
