package dev.holdfast.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** supervisord's files, as the parser of Python that it uses reads them: sections of keys, lines that go on. */
public final class Sections {
    /** After a blank; supervisord gives its parser both signs. */
    private static final Pattern COMMENT = Pattern.compile("\\s[;#]");

    /**
     * A section as it stands in one place; the same name may stand in several.
     *
     * @param keys in lower case; the last of the same name in a section wins, as there
     */
    public record Section(String name, Origin at, Map<String, Value> keys) {}

    /** @param at where it begins */
    public record Value(String text, Origin at) {}

    private final List<Section> sections = new ArrayList<>();
    private String key = "";
    private int indent;

    private Sections() {}

    /**
     * The sections of a file in their order.
     *
     * @param broken told of each line that is none
     */
    public static List<Section> read(String file, List<String> lines, BiConsumer<Origin, String> broken) {
        var reading = new Sections();
        for (int i = 0; i < lines.size(); i++) {
            String raw = lines.get(i);
            String line = COMMENT.split(raw, 2)[0].strip();
            if (!line.isEmpty() && !raw.strip().startsWith("#") && !raw.strip().startsWith(";")) {
                reading.line(
                        new Origin(file, i + 1),
                        line,
                        raw.length() - raw.stripLeading().length(),
                        broken);
            }
        }
        return List.copyOf(reading.sections);
    }

    private void line(Origin at, String line, int indented, BiConsumer<Origin, String> broken) {
        Map<String, Value> keys = sections.isEmpty() ? Map.of() : sections.getLast().keys;
        Value before = key.isEmpty() ? null : keys.get(key);
        if (before != null && indented > indent) {
            keys.put(key, new Value((before.text + " " + line).strip(), before.at));
            return;
        }
        indent = indented;
        int is = separator(line);
        if (line.startsWith("[") && line.endsWith("]")) {
            sections.add(new Section(line.substring(1, line.length() - 1), at, new LinkedHashMap<>()));
            key = "";
        } else if (is < 1 || sections.isEmpty()) {
            broken.accept(at, line);
        } else {
            key = line.substring(0, is).strip().toLowerCase(Locale.ROOT);
            keys.remove(key);
            keys.put(key, new Value(line.substring(is + 1).strip(), at));
        }
    }

    /** The first of = and :. */
    private static int separator(String line) {
        int is = line.indexOf('=');
        int colon = line.indexOf(':');
        return is < 0 ? colon : colon < 0 ? is : Math.min(is, colon);
    }
}
