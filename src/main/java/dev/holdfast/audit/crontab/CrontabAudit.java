package dev.holdfast.audit.crontab;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** /etc/crontab, /etc/cron.d and the crontabs of users. */
public final class CrontabAudit implements Auditor {
    static final Rule UNREADABLE =
            new Rule("crontab-unreadable", Grade.WARNING, "a crontab that cannot be read, a line that is no entry");
    static final Rule IGNORED = new Rule(
            "crontab-ignored-file",
            Grade.WARNING,
            "a file of /etc/cron.d whose name cron leaves out, such as one with a dot");
    static final Rule OVERLAP = new Rule(
            "crontab-overlap",
            Grade.WARNING,
            "an entry due every hour or more often, without flock or timeout; not of run-parts or packages");
    static final Rule TIMEOUT =
            new Rule("crontab-no-timeout", Grade.NOTE, "entries without timeout; not of run-parts or packages");
    static final Rule DISCARDED = new Rule("crontab-discarded", Grade.WARNING, "an entry whose errors go to /dev/null");
    static final Rule MINUTE =
            new Rule("crontab-same-minute", Grade.WARNING, "5 entries or more due in the same minute");
    static final Rule PERCENT =
            new Rule("crontab-percent", Grade.WARNING, "a % without \\ before it, where cron cuts the command");

    private static final int OFTEN_MINUTES = 60;
    private static final int CROWD = 5;

    public static List<Rule> rules() {
        return List.of(UNREADABLE, IGNORED, OVERLAP, TIMEOUT, DISCARDED, MINUTE, PERCENT);
    }

    @Override
    public String program() {
        return "crontab";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, UNREADABLE);
        var all = new ArrayList<Entry>();
        var packaged = Packaged.read(host);
        for (String file : files(host, notes)) {
            String name = file.substring(file.lastIndexOf('/') + 1);
            if (file.startsWith("/etc/cron.d/") && !name.matches("[A-Za-z0-9_-]+")) {
                ignored(notes, file, name);
                continue;
            }
            List<Entry> entries = Entry.read(notes, file, file.startsWith("/etc/"));
            if (!packaged.unchanged(file, notes.lines(file))) {
                entries.forEach(e -> judge(notes, e));
                timeouts(notes, file, entries);
            }
            all.addAll(entries);
        }
        crowd(notes, all);
        return notes.verdict();
    }

    private static List<String> files(Grounds host, Notes notes) {
        var files = new ArrayList<String>();
        String told = host.told().getOrDefault("crontab.files", "");
        for (String file : told.isEmpty() ? new String[0] : told.split(",", -1)) {
            files.add(file.strip());
        }
        if (files.isEmpty()) {
            if (notes.isFile("/etc/crontab")) {
                files.add("/etc/crontab");
            }
            files.addAll(notes.glob("/etc/cron.d/*"));
            files.addAll(notes.glob("/var/spool/cron/crontabs/*"));
            files.removeIf(f -> !notes.isFile(f));
        }
        return files;
    }

    private static void ignored(Notes notes, String file, String name) {
        if (name.startsWith(".")) {
            return;
        }
        notes.add(IGNORED.finding(
                List.of(new Site(file, 0)),
                "",
                file + " is left out by cron: its name has other characters than letters, digits, _ and -",
                List.of(),
                "None of its entries ever runs, and nothing says so.",
                Fix.byHand("rename it to "
                        + file.replaceAll("[^A-Za-z0-9_/.-]", "-")
                                .replace("cron.d/" + name, "cron.d/" + name.replaceAll("[^A-Za-z0-9_-]", "-")))));
    }

    private static void judge(Notes notes, Entry e) {
        int gap = e.gap();
        String command = Notes.shown(e.command());
        if (gap <= OFTEN_MINUTES && !e.bounded() && !e.alone() && !e.parts()) {
            notes.add(OVERLAP.finding(
                    List.of(e.site()),
                    command,
                    e.site() + " is due every " + (gap == 1 ? "minute" : gap + " minutes")
                            + ", and begins again while it still runs",
                    List.of(
                            e.written() + ": " + gap + " min between two times at least",
                            "no flock, no timeout in: " + command),
                    "One run that hangs becomes one more each time, until memory or connections are used up.",
                    Fix.byHand("put flock -n /run/lock/NAME.lock timeout " + (gap == 1 ? "50s" : (gap - 1) + "m")
                            + " before the command, or make it a schedule of Holdfast (overlap, timeout)")));
        }
        if (e.discarded()) {
            notes.add(DISCARDED.finding(
                    List.of(e.site()),
                    command,
                    e.site() + " throws its output away, errors too",
                    List.of(command),
                    "When it fails nobody is told, and nothing is left to look at.",
                    Fix.byHand("let errors through, or into a log: | logger -t NAME")));
        }
        int cut = e.cut();
        if (cut >= 0) {
            notes.add(PERCENT.finding(
                    List.of(e.site()),
                    command,
                    e.site() + ": cron ends the command at the %, character " + (cut + 1),
                    List.of(
                            "runs: " + Notes.shown(e.command().substring(0, cut)),
                            "gets as its input: " + Notes.shown(e.command().substring(cut + 1))),
                    "What runs is half of the command, such as date + without its format.",
                    Fix.byHand("write \\% for each %")));
        }
    }

    private static void timeouts(Notes notes, String file, List<Entry> entries) {
        var unbounded = entries.stream().filter(e -> !e.bounded() && !e.parts()).toList();
        if (!unbounded.isEmpty()) {
            notes.add(TIMEOUT.finding(
                    unbounded.stream().map(Entry::site).toList(),
                    "",
                    unbounded.size() + " of " + entries.size() + " entries of " + file + " may run for ever",
                    unbounded.stream()
                            .limit(20)
                            .map(e -> e.site() + " " + Notes.shown(e.command()))
                            .toList(),
                    "What hangs keeps its memory and its locks until the host is started again.",
                    Fix.byHand("put timeout before the commands, or make them schedules of Holdfast")));
        }
    }

    /** The fullest minute of a week; the first of those. */
    private static void crowd(Notes notes, List<Entry> all) {
        var byMinute = new TreeMap<Integer, List<Entry>>();
        for (Entry e : all) {
            e.minutes()
                    .forEach(m ->
                            byMinute.computeIfAbsent(m, _ -> new ArrayList<>()).add(e));
        }
        int minute = -1;
        List<Entry> most = List.of();
        for (var m : byMinute.entrySet()) {
            if (m.getValue().size() > most.size()) {
                minute = m.getKey();
                most = m.getValue();
            }
        }
        if (most.size() >= CROWD) {
            String at = "%s %02d:%02d"
                    .formatted(
                            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
                                    .get(minute / 1440),
                            minute % 1440 / 60,
                            minute % 60);
            notes.add(
                    MINUTE.finding(
                            most.stream().map(Entry::site).toList(),
                            "",
                            most.size() + " entries begin in the same minute, " + at,
                            most.stream()
                                    .limit(20)
                                    .map(e -> e.site() + " " + e.written() + " " + Notes.shown(e.command()))
                                    .toList(),
                            "They fight for processors, disk and memory, and take the longest all at once.",
                            Fix.byHand(
                                    "spread them over other minutes, or give them a concurrency group and jitter as schedules")));
        }
    }
}
