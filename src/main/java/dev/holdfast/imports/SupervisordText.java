package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of supervisord: {@code %(name)s} filled in, {@code %(ENV_X)s} as references, {@code KEY="value"} lists. */
final class SupervisordText {
    private static final Pattern FORM = Pattern.compile("%(?:%|\\(([A-Za-z_][A-Za-z0-9_.-]*)\\)(0?\\d{0,3})([sd]))");
    private static final Pattern PAIR = Pattern.compile(
            "\\s*([A-Za-z0-9_.:/()+-]+)\\s*=\\s*(\"[^\"]*\"|'[^']*'|[^,]*?)\\s*(?:,|$)", Pattern.DOTALL);

    private final Map<String, String> names;

    /** Of {@code environment}, filled; references are marked. */
    final Map<String, String> variables = new LinkedHashMap<>();

    /** Variables that were referred to. */
    final Set<String> wanted = new LinkedHashSet<>();

    /** Names that are none. */
    final Set<String> unknown = new LinkedHashSet<>();

    /** @param names what stands for what; variables as {@code ENV_NAME} */
    SupervisordText(Map<String, String> names) {
        this.names = names;
    }

    /** Variables that are set here: those that follow know them. */
    void knows(Map<String, String> pairs) {
        var filled = new LinkedHashMap<String, String>();
        pairs.forEach((k, v) -> filled.put(k, filled(v)));
        variables.putAll(filled);
        filled.forEach((k, v) -> names.put("ENV_" + k, v));
    }

    /** Text in which references are marked; {@link References#value} ends that. */
    String filled(String text) {
        Matcher m = FORM.matcher(text);
        return m.replaceAll(r -> Matcher.quoteReplacement(one(m)));
    }

    private String one(Matcher m) {
        String name = m.group(1);
        if (name == null) {
            return "%";
        }
        String known = names.get(name);
        if (known != null) {
            boolean number = m.group(3).equals("d")
                    && known.matches("\\d{1,9}")
                    && !m.group(2).isEmpty();
            return number ? padded(known, m.group(2)) : known;
        }
        if (name.startsWith("ENV_") && name.substring(4).matches("[A-Za-z_][A-Za-z0-9_]*")) {
            wanted.add(name.substring(4));
            return References.marked(name.substring(4));
        }
        unknown.add(name);
        return m.group();
    }

    private static String padded(String number, String width) {
        int missing = Integer.parseInt(width) - number.length();
        return (width.startsWith("0") ? "0" : " ").repeat(Math.max(0, missing)) + number;
    }

    /** @throws Broken when it is no list of {@code KEY="value"} */
    static Map<String, String> pairs(String text, Origin at) throws Broken {
        var pairs = new LinkedHashMap<String, String>();
        Matcher m = PAIR.matcher(text);
        int end = 0;
        while (end < text.length() && !text.substring(end).isBlank()) {
            if (!m.find(end) || m.start() != end) {
                throw new Broken(at, 1, "environment: KEY=\"value\",KEY2=\"value\" is expected");
            }
            String value = m.group(2);
            boolean quoted = value.length() > 1 && (value.startsWith("\"") || value.startsWith("'"));
            pairs.put(m.group(1), quoted ? value.substring(1, value.length() - 1) : value);
            end = m.end();
        }
        return pairs;
    }
}
