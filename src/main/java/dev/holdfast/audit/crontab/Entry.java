package dev.holdfast.audit.crontab;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.CronSyntaxException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of a crontab that runs something.
 *
 * @param when null: at the start of the host
 */
record Entry(Site site, String written, @Nullable CronExpression when, String command) {
    /** A Monday; and a week from then. */
    private static final Instant FROM = Instant.parse("2025-01-06T00:00:00Z");

    private static final int WEEK_MINUTES = 7 * 24 * 60;

    /** As a command: at the beginning, behind another, or as a path; not an option's name, or a word of a text. */
    private static final String COMMAND = "(?:^|[\\s;&|({`'\"])(?:[~$/][\\w./{}-]*/)?";

    private static final Pattern WRAPPED_TIMEOUT = Pattern.compile(COMMAND + "(?:timeout|holdfast run)\\s");
    private static final Pattern WRAPPED_LOCK =
            Pattern.compile(COMMAND + "(?:flock|setlock|run-one|lckdo|lockrun|solo)\\s");

    /** @param userColumn whether a user stands before each command */
    static List<Entry> read(Notes notes, String file, boolean userColumn) {
        var entries = new ArrayList<Entry>();
        List<String> lines = notes.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#") || variable(line)) {
                continue;
            }
            Entry entry = entry(notes, line, new Site(file, i + 1), userColumn);
            if (entry != null) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** {@code NAME = value}, the name perhaps quoted. */
    private static boolean variable(String line) {
        int is = line.indexOf('=');
        String name = is < 1 ? "" : line.substring(0, is).strip();
        return name.matches("\\w+|\"\\w+\"|'\\w+'");
    }

    private static @Nullable Entry entry(Notes notes, String line, Site site, boolean userColumn) {
        String text = line.startsWith("-") ? line.substring(1) : line;
        String[] words = text.split("\\s+", -1);
        int times = text.startsWith("@") ? 1 : 5;
        int needed = times + (userColumn ? 2 : 1);
        if (words.length < needed) {
            notes.broken(
                    site,
                    "is no entry: " + (times == 5 ? "five fields" : "@when") + (userColumn ? ", a user" : "")
                            + " and a command are expected; cron leaves it out, perhaps the whole file",
                    line);
            return null;
        }
        String written = String.join(" ", List.of(words).subList(0, times));
        String command = text.split("\\s+", needed)[needed - 1];
        if (written.equalsIgnoreCase("@reboot")) {
            return new Entry(site, written, null, command);
        }
        try {
            return new Entry(site, written, CronExpression.parse(written), command);
        } catch (CronSyntaxException e) {
            notes.broken(site, "has times that cannot be read: " + Notes.shown(String.valueOf(e.getMessage())), line);
            return null;
        }
    }

    /** Minutes of a week in which it is due. */
    List<Integer> minutes() {
        var minutes = new ArrayList<Integer>();
        Instant at = FROM.minusSeconds(1);
        while (when != null) {
            at = when.next(at, ZoneOffset.UTC);
            long minute = at == null ? WEEK_MINUTES : (at.getEpochSecond() - FROM.getEpochSecond()) / 60;
            if (at == null || minute >= WEEK_MINUTES) {
                break;
            }
            minutes.add((int) minute);
        }
        return minutes;
    }

    /** Minutes between two times at least; {@link Integer#MAX_VALUE}: it is due at most once a week. */
    int gap() {
        int gap = Integer.MAX_VALUE;
        List<Integer> minutes = minutes();
        for (int i = 1; i < minutes.size(); i++) {
            gap = Math.min(gap, Math.max(1, minutes.get(i) - minutes.get(i - 1)));
        }
        return gap;
    }

    boolean bounded() {
        return WRAPPED_TIMEOUT.matcher(command).find() || command.contains("RuntimeMaxSec=");
    }

    boolean alone() {
        return WRAPPED_LOCK.matcher(command).find() || command.contains("schedule:run");
    }

    /** Whether it only runs what stands in a directory, as /etc/crontab does on every Debian. */
    boolean parts() {
        return command.matches(".*\\brun-parts\\b.*/etc/cron\\.\\w+\\b.*");
    }

    /** Whether even its errors go nowhere; what only tests whether the command is there may be silent. */
    boolean discarded() {
        boolean tests = command.matches("(test|\\[|command -v|which|type)\\s.*");
        int then = tests ? command.indexOf("&&") : -1;
        String bare = command.substring(then < 0 ? 0 : then + 2).replaceAll("\\s", "");
        return bare.contains("2>/dev/null")
                || bare.contains("&>/dev/null")
                || bare.contains(">&/dev/null")
                || bare.matches(".*>/dev/null2?>&1.*");
    }

    /** Where cron cuts the command: an unescaped percent sign; -1: nowhere. */
    int cut() {
        for (int i = 0; i < command.length(); i++) {
            if (command.charAt(i) == '%' && (i == 0 || command.charAt(i - 1) != '\\')) {
                return i;
            }
        }
        return -1;
    }
}
