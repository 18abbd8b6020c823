package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** From what was gathered to what it says. Pure. */
public final class Report {
    /** Of anything that is listed; what is left out is said. */
    static final int MOST = 50;

    /** Points of a small chart. */
    static final int DRAWN = 84;

    private Report() {}

    public static UsageReport of(Facts f) {
        var notes = new ArrayList<>(f.notes());
        List<UsageReport.Growth> growth = Leaks.of(f);
        List<UsageReport.Limit> limits =
                Limits.of(f, growth.stream().map(UsageReport.Growth::name).collect(Collectors.toSet()));
        List<UsageReport.Disk> disks = Disks.of(f);
        List<UsageReport.Failed> failed = Failures.of(f);
        List<UsageReport.Count> restarts = counts(f);
        UsageReport.Overlap overlaps = Meetings.of(f);
        List<UsageReport.Ending> endings = f.happenings().stream()
                .filter(h -> h.reason() != Facts.Reason.RESTART)
                .sorted(Comparator.comparing(Facts.Happening::at).reversed())
                .map(h -> new UsageReport.Ending(
                        h.at().toString(), h.name(), h.reason().written(), cut(h.what())))
                .toList();
        return new UsageReport(
                f.host(),
                f.from().toString(),
                f.until().toString(),
                f.zone().getId(),
                f.cpu().stepSeconds(),
                Findings.of(f, growth, limits, disks, failed, overlaps),
                notes, // also of what is cut below
                Usages.machine(f),
                first(Usages.processes(f), "processes", notes),
                first(Usages.works(f, Facts.Kind.SCHEDULE), "schedules", notes),
                first(Usages.works(f, Facts.Kind.QUEUE), "queues", notes),
                first(growth, "growing replicas", notes),
                first(limits, "limits", notes),
                first(restarts, "counts of restarts", notes),
                first(endings, "ends", notes),
                cut(overlaps, notes),
                first(failed, "kinds of failures", notes),
                first(disks, "file systems", notes));
    }

    private static List<UsageReport.Count> counts(Facts f) {
        var times = new TreeMap<String, TreeMap<Facts.Reason, Integer>>();
        f.happenings()
                .forEach(h ->
                        times.computeIfAbsent(h.name(), _ -> new TreeMap<>()).merge(h.reason(), 1, Integer::sum));
        var counts = new ArrayList<UsageReport.Count>();
        times.forEach(
                (name, of) -> of.forEach((reason, n) -> counts.add(new UsageReport.Count(name, reason.written(), n))));
        counts.sort(Comparator.comparingInt(UsageReport.Count::times)
                .reversed()
                .thenComparing(UsageReport.Count::name)
                .thenComparing(UsageReport.Count::reason));
        return counts;
    }

    private static UsageReport.Overlap cut(UsageReport.Overlap o, List<String> notes) {
        return new UsageReport.Overlap(
                o.mostAtOnce(),
                o.mostAt(),
                o.pairs(),
                first(o.together(), "minutes with many schedules", notes).stream()
                        .map(t -> new UsageReport.Together(
                                t.at(), first(t.schedules(), "schedules due at " + t.at(), notes)))
                        .toList(),
                first(o.proposals(), "proposals for schedules", notes));
    }

    private static <T> List<T> first(List<T> all, String what, List<String> notes) {
        if (all.size() > MOST) {
            notes.add("of " + all.size() + " " + what + " " + MOST + " are listed");
        }
        return List.copyOf(all.subList(0, Math.min(MOST, all.size())));
    }

    static String cut(String s) {
        return s.length() <= 300 ? s : s.substring(0, Character.isHighSurrogate(s.charAt(298)) ? 298 : 299) + "…";
    }
}
