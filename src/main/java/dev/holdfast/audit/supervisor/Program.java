package dev.holdfast.audit.supervisor;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Sections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A section {@code program:NAME}; keys of one that stands in several places are the last ones. */
final class Program {
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
        var includes = new StringBuilder();
        List<Sections.Section> all = Sections.read(
                file,
                notes.lines(file),
                (at, line) -> notes.broken(
                        site(at), "is no key with a value in a section; supervisord does not start", line));
        for (Sections.Section section : all) {
            Sections.Value files =
                    section.name().equals("include") ? section.keys().get("files") : null;
            includes.append(files == null ? "" : " " + files.text());
            if (section.name().startsWith("program:")) {
                Program program =
                        programs.computeIfAbsent(section.name().substring(8).strip(), Program::new);
                program.sections.add(site(section.at()));
                section.keys().forEach((key, v) -> program.keys.put(key, new Line(v.text(), site(v.at()))));
            }
        }
        return includes.toString().strip();
    }

    private static Site site(Origin at) {
        return new Site(at.file(), at.line());
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
