package dev.holdfast.crontab;

import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.CronSyntaxException;
import dev.holdfast.imports.Sheet;
import dev.holdfast.source.Origin;
import dev.holdfast.source.ShellWords;
import dev.holdfast.source.ShellWords.Word;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A crontab (crontab(5)) as schedules. What a line wraps its command in becomes keys; what cannot be turned is told line by
 * line. A comment that is a single name, right above an entry, names it.
 */
public final class Crontab {
    private static final Pattern VARIABLE = Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*(.*?)\\s*");
    private static final Pattern NAMED = Pattern.compile("#\\s*([A-Za-z0-9][A-Za-z0-9._-]{0,62})\\s*");
    private static final Pattern TIMES = Pattern.compile("\\s*-?(@\\w+|\\S+(?:\\s+\\S+){4})\\s+(.*)");
    private static final Pattern CHANGED_DIRECTORY = Pattern.compile("cd\\s+(/[A-Za-z0-9._/-]+)\\s*&&\\s*(.*)");

    /** A line of anacrontab(5): how many days, a delay, a name, a command. */
    private static final Pattern DAYS = Pattern.compile(
            "\\s*(1|7|30|31|@daily|@weekly|@monthly|@yearly)\\s+(\\d{1,5})\\s+([A-Za-z][\\w.-]{0,62})\\s+(\\S.*)");

    private static final Pattern QUOTA = Pattern.compile("(\\bCPUQuota=\\d+)%(?=\\s)");

    private final String file;
    private final boolean userColumn;
    private final Map<String, Keys> schedules = new LinkedHashMap<>();
    private final List<Remark> remarks = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<String, Integer> logs = new LinkedHashMap<>();
    private int untold;
    private @Nullable String named;

    /**
     * @param line from 1
     * @param left true: the line is not turned into a schedule at all
     */
    public record Remark(int line, boolean left, String text) {}

    private Crontab(String file, boolean userColumn) {
        this.file = file;
        this.userColumn = userColumn;
    }

    /**
     * @param file as remarks name it
     * @param userColumn whether a user stands before each command, as in /etc/crontab and /etc/cron.d
     */
    public static Crontab read(String file, String text, boolean userColumn) {
        var crontab = new Crontab(file, userColumn);
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            crontab.line(i + 1, lines[i].stripTrailing());
        }
        return crontab;
    }

    /** What is not, or not wholly, as it was; in the order of the lines. */
    public List<Remark> remarks() {
        return List.copyOf(remarks);
    }

    /** How many entries there were that are no schedules now. */
    public int left() {
        return untold;
    }

    /** A configuration with the schedules, remarks as comments where they concern. */
    public String yaml() {
        var sheet = new Sheet();
        Set<String> told = new HashSet<>();
        schedules.forEach(
                (name, keys) -> keys.write(sheet.schedule(name, new Origin(file, keys.line)), file, shared()));
        schedules.values().forEach(k -> k.remarks.forEach(r -> told.add(k.line + r)));
        remarks.stream()
                .filter(r -> !told.contains(r.line() + r.text()))
                .forEach(r -> sheet.head().remark(new Origin(file, r.line()), r.text()));
        return sheet.yaml();
    }

    /** Lock files of more than one entry. */
    private Set<String> shared() {
        var once = new HashSet<String>();
        var shared = new HashSet<String>();
        schedules.values().forEach(k -> {
            String lock = k.plain.get("flock");
            if (lock != null && !once.add(lock)) {
                shared.add(lock);
            }
        });
        return shared;
    }

    private void line(int number, String line) {
        String stripped = line.strip();
        Matcher name = NAMED.matcher(stripped);
        if (stripped.startsWith("#")) {
            named = name.matches() ? name.group(1) : null;
            return;
        }
        Matcher variable = VARIABLE.matcher(line);
        if (stripped.isEmpty() || variable.matches()) {
            if (!stripped.isEmpty()) {
                variable(number, variable.group(1), unquoted(variable.group(2)));
            }
            named = null;
            return;
        }
        entry(number, line);
        named = null;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() > 1
                && (value.startsWith("\"") || value.startsWith("'"))
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private void variable(int line, String name, String value) {
        environment.put(name, value);
        switch (name) {
            case "MAILTO" ->
                remarks.add(new Remark(
                        line,
                        false,
                        "MAILTO is kept as a variable; output is kept in the log and the history, not mailed"));
            case "RANDOM_DELAY" ->
                remarks.add(new Remark(line, false, "RANDOM_DELAY becomes jitter, which is the same on every day"));
            default -> {}
        }
    }

    private void entry(int line, String text) {
        Matcher days = DAYS.matcher(text);
        if (days.matches()) {
            daily(line, days);
            return;
        }
        Matcher times = TIMES.matcher(text);
        if (!times.matches()) {
            leave(line, "this is no entry: five fields or @daily and the like, and a command, are expected");
            return;
        }
        String when = times.group(1).replaceAll("\\s+", " ");
        String command = times.group(2);
        if (!when.equalsIgnoreCase("@reboot")) {
            try {
                CronExpression.parse(when);
            } catch (CronSyntaxException e) {
                leave(line, "\"" + when + "\": " + e.getMessage());
                return;
            }
        }
        var keys = new Keys(line);
        keys.put("cron", when.startsWith("@") ? when.toLowerCase(Locale.ROOT) : when);
        if (userColumn) {
            String[] parts = command.split("\\s+", 2);
            if (parts.length < 2) {
                leave(line, "there is no command after the user \"" + parts[0] + "\"");
                return;
            }
            keys.put("user", parts[0]);
            command = parts[1];
        }
        Matcher quota = QUOTA.matcher(command);
        if (quota.find()) {
            keys.remark("cron would cut the line at the % of CPUQuota; it is taken as it is meant");
            command = quota.replaceAll("$1\\\\%");
        }
        String plain = percent(command);
        if (plain == null) {
            leave(
                    line,
                    "a % begins what the command reads as its input, which schedules do not have; write \\% for one");
            return;
        }
        surroundings(keys);
        command(plain, keys);
        keys.remarks.forEach(r -> remarks.add(new Remark(line, false, r)));
        schedules.put(unique(named != null ? named : Naming.guessed(keys.shell, keys.argv)), keys);
    }

    private void daily(int line, Matcher days) {
        var keys = new Keys(line);
        String period = days.group(1);
        keys.put(
                "cron",
                switch (period) {
                    case "1" -> "@daily";
                    case "7" -> "@weekly";
                    case "30", "31" -> "@monthly";
                    default -> period;
                });
        keys.put("catch_up", "last");
        keys.remark("anacron counts " + period + " from the last run on, and waits " + days.group(2)
                + " minutes after its start; this is due by the calendar, and caught up with once");
        surroundings(keys);
        command(days.group(4), keys);
        keys.remarks.forEach(r -> remarks.add(new Remark(line, false, r)));
        schedules.put(unique(days.group(3)), keys);
    }

    private void leave(int line, String why) {
        untold++;
        remarks.add(new Remark(line, true, "not turned into a schedule: " + why));
    }

    /** Null when there is an input. */
    private static @Nullable String percent(String command) {
        return command.replace("\\%", "").contains("%") ? null : command.replace("\\%", "%");
    }

    private void surroundings(Keys keys) {
        environment.forEach((name, value) -> {
            switch (name) {
                case "CRON_TZ", "TZ" -> {
                    if (name.equals("TZ")) {
                        keys.env.put(name, value);
                    } else {
                        keys.put("timezone", value);
                    }
                }
                case "RANDOM_DELAY" -> keys.put("jitter", value + "m");
                default -> keys.env.put(name, value);
            }
        });
    }

    private void command(String text, Keys keys) {
        Matcher cd = CHANGED_DIRECTORY.matcher(text);
        String line = text;
        if (cd.matches() && operators(ShellWords.of(cd.group(2))) == 0) {
            keys.put("working_dir", cd.group(1));
            line = cd.group(2);
        }
        List<Word> words = ShellWords.of(line);
        if (words == null || operators(words) > 0) {
            keys.shell = line;
            if (words != null) {
                keys.remark("several commands in one line are left to sh, wrappers in it too");
            }
            shell(keys);
            return;
        }
        int end = redirections(words, keys);
        int start = new Wrappers(words.subList(0, end), keys).strip();
        List<Word> own = words.subList(start, end);
        if (own.stream().allMatch(Word::literal)) {
            keys.argv = own.stream().map(Word::text).collect(Collectors.toList());
            return;
        }
        keys.shell = line.substring(own.getFirst().start(), own.getLast().end());
        shell(keys);
    }

    /** SHELL counts for what needs a shell only. */
    private static void shell(Keys keys) {
        String shell = keys.env.get("SHELL");
        String line = keys.shell;
        if (shell != null && line != null && !shell.equals("/bin/sh")) {
            keys.argv = List.of(shell, "-c", line);
            keys.shell = null;
        }
    }

    /** Pipes, lists, groups; not redirections. */
    private static int operators(@Nullable List<Word> words) {
        return words == null
                ? 1
                : (int) words.stream()
                        .filter(w -> !w.literal() && w.text().matches("[|&;()]{1,2}"))
                        .count();
    }

    /** Those at the end of a command; @return where the command's own words end. */
    private int redirections(List<Word> words, Keys keys) {
        int end = words.size();
        String file = null;
        while (end > 0) {
            Word last = words.get(end - 1);
            if (isRedirection(last, "2>&1") || isRedirection(last, "1>&2")) {
                end--;
            } else if (end > 1
                    && last.literal()
                    && List.of(">", ">>", "1>", "1>>", "2>", "2>>", "&>", "&>>", ">&", "<")
                            .contains(words.get(end - 2).text())
                    && !words.get(end - 2).literal()) {
                boolean errors = words.get(end - 2).text().startsWith("2");
                boolean nowhere = last.text().equals("/dev/null");
                if (words.get(end - 2).text().equals("<")) {
                    if (!nowhere) {
                        break;
                    }
                } else if (nowhere) {
                    keys.remark("output to /dev/null is kept by holdfast instead, within its bounds");
                } else if (file != null || errors || !last.text().startsWith("/")) {
                    break;
                } else {
                    file = last.text();
                }
                end -= 2;
            } else {
                break;
            }
        }
        if (file != null) {
            logged(file, keys);
        }
        return end;
    }

    private static boolean isRedirection(Word word, String what) {
        return !word.literal() && word.text().equals(what);
    }

    /** One file has one writer. */
    private void logged(String file, Keys keys) {
        if (logs.merge(file, 1, Integer::sum) == 1) {
            keys.put("logging.file.path", file);
            keys.remark("output goes to " + file + " with a time before each line, and is rotated");
        } else {
            keys.remark("output does not go to " + file + ", which another entry has; it is kept in a file of its own");
        }
    }

    private String unique(String name) {
        String unique = name;
        for (int n = 2; schedules.containsKey(unique); n++) {
            unique = name + "-" + n;
        }
        return unique;
    }
}
