package dev.holdfast.audit.supervisor;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A section {@code program:NAME}; keys of one that stands in several places are the last ones. */
final class Program {
    /** After a blank; supervisord gives its parser both signs. */
    private static final Pattern COMMENT = Pattern.compile("\\s[;#]");

    final String name;
    final List<Site> sections = new ArrayList<>();
    private final Map<String, Line> keys = new HashMap<>();

    private record Line(String value, Site site) {}

    private Program(String name) {
        this.name = name;
    }

    /** The main file, then what its section {@code include} names. */
    static List<Program> read(Notes notes, String file) {
        var programs = new LinkedHashMap<String, Program>();
        String directory = file.substring(0, file.lastIndexOf('/') + 1);
        for (String pattern : sections(notes, file, programs).split("\\s+", -1)) {
            String here = pattern.replace("%(here)s", directory);
            String path = here.startsWith("/") ? here : directory + here;
            for (String included : pattern.isEmpty() ? List.<String>of() : notes.glob(path)) {
                sections(notes, included, programs);
            }
        }
        return List.copyOf(programs.values());
    }

    /** @return files of its section {@code include} */
    private static String sections(Notes notes, String file, Map<String, Program> programs) {
        List<String> lines = notes.lines(file);
        String section = "";
        String key = "";
        String includes = "";
        for (int i = 0; i < lines.size(); i++) {
            String raw = lines.get(i);
            String line = COMMENT.split(raw, 2)[0].strip();
            var site = new Site(file, i + 1);
            if (line.isEmpty() || raw.startsWith("#") || raw.startsWith(";")) {
                continue;
            }
            boolean goesOn = Character.isWhitespace(raw.charAt(0)) && !key.isEmpty();
            int is = separator(line);
            String value;
            if (goesOn) {
                value = " " + line;
            } else if (line.startsWith("[") && line.endsWith("]")) {
                section = line.substring(1, line.length() - 1);
                key = "";
                if (section.startsWith("program:")) {
                    programs.computeIfAbsent(section.substring(8).strip(), Program::new)
                            .sections
                            .add(site);
                }
                continue;
            } else if (is < 1 || section.isEmpty()) {
                notes.broken(site, "is no key with a value in a section; supervisord does not start", line);
                continue;
            } else {
                key = line.substring(0, is).strip().toLowerCase(Locale.ROOT);
                value = line.substring(is + 1).strip();
            }
            if (section.equals("include") && key.equals("files")) {
                includes += " " + value;
            }
            Program program = section.startsWith("program:")
                    ? programs.get(section.substring(8).strip())
                    : null;
            if (program != null) {
                Line before = goesOn ? program.keys.get(key) : null;
                program.keys.put(
                        key, before == null ? new Line(value, site) : new Line(before.value + value, before.site));
            }
        }
        return includes.strip();
    }

    /** The first of = and :. */
    private static int separator(String line) {
        int is = line.indexOf('=');
        int colon = line.indexOf(':');
        return is < 0 ? colon : colon < 0 ? is : Math.min(is, colon);
    }

    String value(String key, String preset) {
        Line line = keys.get(key);
        return line == null ? preset : line.value;
    }

    boolean is(String key) {
        return List.of("true", "yes", "on", "1").contains(value(key, "false").toLowerCase(Locale.ROOT));
    }

    /** A whole number of at most nine digits; the preset when it is none, which {@link SupervisorAudit} says. */
    long number(String key, long preset) {
        String text = value(key, "");
        return text.matches("\\d{1,9}") ? Long.parseLong(text) : preset;
    }

    @Nullable
    Site at(String key) {
        Line line = keys.get(key);
        return line == null ? null : line.site;
    }

    /** Where the key stands; else the section. */
    Site near(String key) {
        Site at = at(key);
        return at == null ? sections.getLast() : at;
    }
}
