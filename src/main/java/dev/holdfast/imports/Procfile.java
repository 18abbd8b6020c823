package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.ShellWords;
import dev.holdfast.source.ShellWords.Word;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Procfile, as foreman and Heroku read it. */
final class Procfile {
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9_-]+)\\s*:\\s*(\\S.*)");
    private static final Pattern PORT = Pattern.compile("\\$(PORT\\b|\\{PORT[:}])");
    private static final int FIRST_PORT = 5000;
    private static final int PORTS_EACH = 100;

    private final Sheet sheet = new Sheet();
    private final Surroundings around;
    private final Map<String, Integer> formation;
    private int at;

    private Procfile(Surroundings around, Map<String, Integer> formation) {
        this.around = around;
        this.formation = formation;
    }

    /**
     * @param formation how many of each, {@code all} for those not named
     * @throws Broken at the first line that is neither an entry, a comment nor empty
     */
    static Sheet read(String file, String text, Surroundings around, Map<String, Integer> formation) throws Broken {
        var reading = new Procfile(around, formation);
        List<String> lines = text.lines().toList();
        var seen = new HashSet<String>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher m = LINE.matcher(line);
            if (!m.matches()) {
                throw new Broken(
                        new Origin(file, i + 1),
                        1,
                        "\"" + Shown.line(line) + "\" is no entry: NAME: COMMAND is expected");
            }
            var here = new Origin(file, i + 1);
            if (!seen.add(m.group(1))) {
                reading.sheet.head().remark(here, m.group(1) + " stands here again; both are kept");
            }
            reading.entry(m.group(1), m.group(2), here);
        }
        reading.common(new Origin(file, 0));
        return reading.sheet;
    }

    private void common(Origin file) {
        for (String named : formation.keySet()) {
            if (!named.equals("all") && sheet.known(named) == null) {
                sheet.head().left(file, "--formation " + Shown.line(named) + ": there is no such entry");
            }
        }
        sheet.head()
                .remark(
                        file,
                        "how many of each is not in a Procfile: replicas says so here, or --formation of the"
                                + " import; foreman ended all when one ended, here each is started again");
        if (around.directory().isEmpty()) {
            sheet.head()
                    .remark(
                            file,
                            "commands ran in the Procfile's directory, which standard input does not tell: set"
                                    + " defaults.process.working_dir");
        } else if (!around.isFile(around.directory() + "/.env")) {
            sheet.head().remark(file, "foreman would read .env beside the Procfile; there is none: env_file names one");
        }
    }

    private void entry(String name, String command, Origin origin) {
        Entry entry = sheet.process(name, origin);
        boolean release = name.equals("release");
        int wanted = formation.getOrDefault(name, formation.getOrDefault("all", 1));
        int port = FIRST_PORT + PORTS_EACH * at++;
        String prefix = "";
        if (wanted > 1 && !release) {
            prefix = "PORT=\"$HOLDFAST_PORT\"; export PORT; exec ";
            entry.put("replicas", wanted).put("port_base", port);
            entry.remark(
                    origin,
                    "foreman gives each replica its own PORT, from " + port + " on: HOLDFAST_PORT is that here",
                    "port_base");
        } else if (wanted != 1 && !release) {
            entry.put("replicas", wanted);
        }
        command(entry, command, prefix, origin);
        if (!around.directory().isEmpty()) {
            entry.put("working_dir", around.directory());
            if (around.isFile(around.directory() + "/.env")) {
                entry.put("env_file", List.of(around.directory() + "/.env"));
            }
        }
        if (release) {
            entry.put("type", "oneshot").put("manual", true);
            entry.remark(
                    origin,
                    "a release phase runs before each deployment: holdfast start " + entry.name()
                            + " does; without manual it would run at each start of the daemon");
        } else if (wanted <= 1) {
            if (entry.variable("PORT") == null) {
                entry.variable("PORT", String.valueOf(port));
            }
            entry.remark(
                    origin,
                    "foreman's PORT, 100 apart from entry to entry"
                            + (PORT.matcher(command).find() ? "" : "; the command itself does not name it"),
                    "env");
        }
    }

    /** What needs a shell is left to one; else the program is executed itself, so that signals reach it. */
    private static void command(Entry entry, String command, String prefix, Origin origin) {
        List<Word> words = ShellWords.of(command);
        boolean plain = words != null && words.stream().allMatch(Word::literal);
        if (!plain || words == null || !prefix.isEmpty()) {
            boolean one = words != null
                    && words.stream().noneMatch(w -> !w.literal() && w.text().matches("[|&;()]{1,2}"));
            boolean assigned = words != null && !words.isEmpty() && assignment(words.getFirst());
            boolean replaces =
                    words != null && words.size() > 1 && words.getFirst().text().equals("exec");
            String bare = words != null && replaces && one && !prefix.isEmpty()
                    ? command.substring(words.get(1).start())
                    : command;
            String body = prefix.isEmpty() || (one && !assigned) ? bare : "sh -c " + quoted(command);
            entry.put("shell", true).put("command", prefix + body);
            entry.remark(origin, "needs a shell, as it did", "command");
            return;
        }
        int start = 0;
        while (start < words.size() - 1 && assignment(words.get(start))) {
            String text = words.get(start++).text();
            entry.variable(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
        }
        if (start < words.size() - 1 && words.get(start).text().equals("exec")) {
            start++;
        }
        entry.put(
                "command",
                words.subList(start, words.size()).stream().map(Word::text).toList());
    }

    private static boolean assignment(Word word) {
        return word.text().matches("(?s)[A-Za-z_]\\w*=.*");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
