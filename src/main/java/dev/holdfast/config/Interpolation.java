package dev.holdfast.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ${NAME}}, {@code ${NAME:-default}} and {@code $$} in values. */
final class Interpolation {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:\\$|\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\\}|\\{([^}]*)\\}?)");

    private final Map<String, String> variables;

    Interpolation(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /**
     * Stops soon after {@link Budget#VALUE_BYTES}: what it gives then is too long.
     *
     * @throws IllegalArgumentException naming the variable that is not set, or the reference that is none
     */
    String expand(String text) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        var out = new StringBuilder();
        Matcher m = REFERENCE.matcher(text);
        while (m.find() && out.length() <= Budget.VALUE_BYTES) {
            m.appendReplacement(out, Matcher.quoteReplacement(replacement(m)));
        }
        if (out.length() <= Budget.VALUE_BYTES) {
            m.appendTail(out);
        }
        return out.toString();
    }

    private String replacement(Matcher m) {
        if (m.group().equals("$$")) {
            return "$";
        }
        String name = m.group(1);
        if (name == null) {
            throw new IllegalArgumentException(
                    // not what follows: it may be the rest of a password
                    "this ${ begins no reference: it is ${NAME} or ${NAME:-default}; write $$ for a plain $");
        }
        String value = variables.get(name);
        // As in a shell: with :- an empty value counts as unset.
        if (m.group(2) != null) {
            return value == null || value.isEmpty() ? m.group(2) : value;
        }
        if (value == null) {
            throw new IllegalArgumentException("the variable " + name + " is not set; ${" + name
                    + ":-default} would give it a default" + Problems.hint(name, variables.keySet()));
        }
        return value;
    }
}
