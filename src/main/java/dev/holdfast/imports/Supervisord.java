package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Sections;
import dev.holdfast.source.Sections.Section;
import dev.holdfast.source.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** supervisord's configuration: programs to processes. */
final class Supervisord {
    private static final int MOST_FILES = 500;
    private static final Pattern LISTENER = Pattern.compile("(httpok|memmon|crashmail|fatalmailbatch|crashmailbatch)");
    private static final Map<String, String> IN_PLACE_OF_LISTENERS = Map.of(
            "httpok", "liveness: { http: ... } asks a URL and restarts",
            "memmon", "memory_watch restarts what uses too much",
            "crashmail", "alerts: tells of crashes",
            "crashmailbatch", "alerts: tells of crashes",
            "fatalmailbatch", "alerts: tells of what was given up");

    private final Surroundings around;
    private final Sheet sheet = new Sheet();

    private Supervisord(Surroundings around) {
        this.around = around;
    }

    /** @throws Broken when supervisord would not read the file, or one that it includes */
    static Sheet read(String file, String text, Surroundings around) throws Broken {
        var reading = new Supervisord(around);
        List<Section> all = new ArrayList<>(reading.sections(file, text, around.directory()));
        for (Section include : List.copyOf(all)) {
            if (include.name().equals("include")) {
                all.addAll(reading.included(include));
            }
        }
        reading.turn(merged(all));
        return reading.sheet;
    }

    private List<Section> sections(String path, String text, String here) throws Broken {
        var wrong = new ArrayList<Map.Entry<Origin, String>>();
        List<Section> read = Sections.read(path, text.lines().toList(), (at, line) -> wrong.add(Map.entry(at, line)));
        if (!wrong.isEmpty()) {
            var first = wrong.getFirst();
            throw new Broken(
                    first.getKey(), 1, "\"" + Shown.line(first.getValue()) + "\" is no key with a value in a section");
        }
        read.forEach(s -> s.keys()
                .replaceAll((k, v) ->
                        here.isEmpty() ? v : new Sections.Value(v.text().replace("%(here)s", here), v.at())));
        return read;
    }

    private List<Section> included(Section include) throws Broken {
        var all = new ArrayList<Section>();
        Sections.Value files = include.keys().get("files");
        for (String pattern : files == null ? new String[0] : files.text().split("\\s+", -1)) {
            if (files == null || pattern.isEmpty()) {
                continue;
            }
            if (pattern.contains("%(")) {
                sheet.head()
                        .left(
                                files.at(),
                                "include " + Shown.line(pattern)
                                        + ": not read, since what it refers to is not known here; write it out");
                continue;
            }
            if (!pattern.startsWith("/") && around.directory().isEmpty()) {
                sheet.head()
                        .left(
                                files.at(),
                                "include " + Shown.line(pattern)
                                        + ": not read, since standard input has no directory; give the file's name");
                continue;
            }
            String path = pattern.startsWith("/") ? pattern : around.directory() + "/" + pattern;
            List<String> found;
            try {
                found = around.glob(path);
            } catch (IOException e) {
                sheet.head().left(files.at(), "include " + Shown.line(pattern) + ": cannot be read: " + e.getMessage());
                continue;
            }
            if (found.size() > MOST_FILES) {
                sheet.head().left(files.at(), "include " + Shown.line(pattern) + ": too many files; not read");
                continue;
            }
            if (found.isEmpty()) {
                sheet.head().remark(files.at(), "include " + Shown.line(pattern) + ": no file fits it");
                continue;
            }
            for (String one : found) {
                try {
                    all.addAll(sections(one, around.read(one), one.substring(0, Math.max(1, one.lastIndexOf('/')))));
                } catch (IOException e) {
                    throw new Broken(files.at(), 1, one + " is included and cannot be read: " + e.getMessage());
                }
            }
        }
        return all;
    }

    /** Sections of one name are one; later keys win. */
    private static Map<String, Section> merged(List<Section> all) {
        var merged = new LinkedHashMap<String, Section>();
        for (Section s : all) {
            Section before = merged.get(s.name());
            if (before == null) {
                merged.put(s.name(), s);
            } else {
                before.keys().putAll(s.keys());
            }
        }
        return merged;
    }

    private void turn(Map<String, Section> all) throws Broken {
        var groups = new Groups();
        all.values().stream().filter(s -> s.name().startsWith("group:")).forEach(s -> groups.add(s, sheet));
        var common = new SupervisordCommon(sheet, all.get("supervisord"));
        var programs = new SupervisordPrograms(sheet, around, common, groups);
        for (Section s : all.values()) {
            String kind =
                    s.name().contains(":") ? s.name().substring(0, s.name().indexOf(':')) : s.name();
            switch (kind) {
                case "program", "fcgi-program" -> programs.add(s);
                case "eventlistener" -> listener(s);
                case "supervisord", "group" -> {} // read above
                case "include" -> {
                    Fields f = fields(s, sheet.head(), "[include] ");
                    f.take("files");
                    f.rest();
                }
                case "supervisorctl" -> whole(s, "not needed: holdfast finds its daemon in the run directory");
                case "unix_http_server" ->
                    whole(
                            s,
                            "not carried over: the control socket is holdfast.sock in global.run_dir, for its own user");
                case "inet_http_server" ->
                    whole(
                            s,
                            "not carried over: global.api.listen opens the API, for those with a token (holdfast token"
                                    + " create)");
                case "rpcinterface" -> whole(s, "not carried over: the API is HTTP and JSON (docs/api.md)");
                default -> whole(s, "is no section of supervisord; not carried over");
            }
        }
        programs.order();
    }

    /** A section of which nothing is turned: its keys are named. */
    private void whole(Section s, String why) {
        var keys = new ArrayList<String>();
        s.keys().forEach((k, v) -> keys.add(Sheet.secret(k) || Shown.hidden(k) ? k : k + "=" + v.text()));
        sheet.head().remark(s.at(), Shown.line("[" + s.name() + "] " + String.join(", ", keys)) + ": " + why);
    }

    private void listener(Section s) {
        Sections.Value command = s.keys().get("command");
        Matcher known = LISTENER.matcher(command == null ? "" : command.text());
        String instead = known.find() ? "; in its place: " + IN_PLACE_OF_LISTENERS.get(known.group(1)) : "";
        s.keys()
                .forEach((k, v) -> sheet.head()
                        .remark(
                                v.at(),
                                Shown.line("[" + s.name() + "] " + k
                                                + (Shown.hidden(k) || Sheet.secret(k) ? "" : "=" + v.text()))
                                        + ": not carried over"));
        sheet.head()
                .left(
                        s.at(),
                        "[" + Shown.line(s.name())
                                + "] not carried over: it talks with supervisord over its standard input" + instead);
    }

    static Fields fields(Section s, Entry told, String prefix) {
        var values = new LinkedHashMap<String, Tree>();
        s.keys().forEach((k, v) -> values.put(k, new Tree.Text(v.text(), v.at().line(), 0, false)));
        return new Fields(
                values,
                key -> {
                    Sections.Value v = s.keys().get(key);
                    return v == null ? s.at() : v.at();
                },
                told,
                prefix);
    }

    /** Which group a program is in. */
    static final class Groups {
        private final Map<String, String> of = new LinkedHashMap<>();
        private final Map<String, Integer> priorities = new LinkedHashMap<>();

        void add(Section s, Sheet sheet) {
            String name = s.name().substring("group:".length()).strip();
            Fields f = fields(s, sheet.head(), "[" + Shown.line(s.name()) + "] ");
            String programs = f.text("programs");
            for (String program : programs == null ? new String[0] : programs.split("\\s*,\\s*", -1)) {
                of.put(program.strip(), name);
            }
            Integer priority = f.number("priority");
            if (priority != null) {
                priorities.put(name, priority);
            }
            sheet.head()
                    .remark(
                            s.at(),
                            Shown.line("[" + s.name() + "] programs=" + programs)
                                    + ": groups have no name here; commands take several names");
            f.rest();
        }

        String of(String program) {
            return of.getOrDefault(program, program);
        }

        @Nullable
        Integer priority(String program) {
            String group = of.get(program);
            return group == null ? null : priorities.get(group);
        }
    }
}
