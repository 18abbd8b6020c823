package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import dev.holdfast.unit.Human;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report as plain text, for mail and terminals. Pure. */
public final class ReportText {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int LISTED = 20;

    private final UsageReport r;
    private final ZoneId zone;
    private final StringBuilder b = new StringBuilder(4_096);

    private ReportText(UsageReport r) {
        this.r = r;
        this.zone = ZoneId.of(r.zone());
    }

    /** Lines ended by a line feed. No control character of any name is in it. */
    public static String of(UsageReport r) {
        var t = new ReportText(r);
        t.write();
        return t.b.toString();
    }

    /** One line, such as {@code report of 7d: 2 findings; / will be full on Mon 3 Aug 2026 …}. */
    public static String title(UsageReport r) {
        String span = Human.time(span(r).toSeconds());
        return printable("report of " + span + ": "
                + switch (r.findings().size()) {
                    case 0 -> "all is well";
                    case 1 -> r.findings().getFirst();
                    default ->
                        r.findings().size() + " findings; " + r.findings().getFirst();
                });
    }

    /** The title's sentences, a line each, for channels that take a few lines. */
    public static String brief(UsageReport r) {
        return printable(String.join("\n", r.findings()));
    }

    static Duration span(UsageReport r) {
        return Duration.between(Instant.parse(r.from()), Instant.parse(r.until()));
    }

    private void write() {
        line("Holdfast on " + r.host() + ", " + Words.time(r.from(), zone) + " to " + Words.time(r.until(), zone) + " "
                + zone.getId() + " (" + Human.time(span(r).toSeconds()) + ")");
        head("Findings");
        r.findings().forEach(f -> line("- " + f));
        none(r.findings(), "all is well");
        machine();
        processes();
        works("Schedules", r.schedules(), false);
        works("Queues", r.queues(), true);
        growth();
        limits();
        endings();
        overlaps();
        failed();
        disks();
        if (!r.notes().isEmpty()) {
            head("Not known");
            r.notes().forEach(n -> line("- " + n));
        }
    }

    private void machine() {
        head("Host");
        UsageReport.Machine m = r.machine();
        line("CPU     " + Words.cores(m.cpuMean()) + " cores on average, at most " + Words.cores(m.cpuPeak()) + " of "
                + m.cores());
        line("memory  " + Human.bytes(m.memoryMean()) + " on average, at most " + Human.bytes(m.memoryPeak()) + " of "
                + (m.memoryBytes() == 0 ? Human.UNKNOWN : Human.bytes(m.memoryBytes())));
        line("peaks by hour of the day, 0 to 23:");
        line("  CPU     " + bars(m.cpuByHour()));
        line("  memory  " + bars(m.memoryByHour()));
        line("  runs    "
                + bars(m.runsByHour().stream().map(n -> (Double) (double) n).toList()));
    }

    private void processes() {
        head("Processes");
        var rows =
                new Columns("NAME", "CPU TIME", "CPU", "PEAK", "OF", "MEMORY", "P99", "PEAK", "OF", "STARTS", "BUSY");
        for (UsageReport.Program p : r.processes()) {
            rows.row(
                    p.replicas() == 1 ? p.name() : p.name() + " ×" + p.replicas(),
                    Words.seconds(p.cpuSeconds()),
                    Words.cores(p.cpuMean()),
                    Words.cores(p.cpuPeak()),
                    Words.cores(p.cpuLimit()),
                    Human.bytes(p.memoryMean()),
                    Human.bytes(p.memoryP99()),
                    Human.bytes(p.memoryPeak()),
                    Human.bytes(p.memoryLimit()),
                    Integer.toString(p.starts()),
                    Words.hour(p.busiestHour()));
        }
        rows.lines().forEach(this::line);
        none(r.processes(), "none");
    }

    private void works(String title, List<UsageReport.Work> works, boolean queues) {
        if (works.isEmpty()) {
            return;
        }
        head(title);
        var rows = new Columns(
                "NAME",
                queues ? "ATTEMPTS" : "RUNS",
                "FAILED",
                queues ? "WAITING" : "LEFT OUT",
                "MEAN",
                "P99",
                "LONGEST",
                "CPU TIME",
                "MEMORY",
                "BUSY");
        for (UsageReport.Work w : works) {
            rows.row(
                    w.name(),
                    Integer.toString(w.attempts()),
                    Integer.toString(w.failed()),
                    queues ? Long.toString(w.waiting()) : Integer.toString(w.skipped() + w.missed()),
                    Words.seconds(w.meanSeconds()),
                    Words.seconds(w.p99Seconds()),
                    Words.seconds(w.longestSeconds()),
                    Words.seconds(w.cpuSeconds()),
                    Human.bytes(w.peakBytes()),
                    Words.hour(w.busiestHour()));
        }
        rows.lines().forEach(this::line);
    }

    private void growth() {
        head("Memory that grows");
        for (UsageReport.Growth g : r.growth()) {
            line("- " + g.name() + ": by " + Words.bytes(g.bytesPerDay()) + " a day, from " + Human.bytes(g.fromBytes())
                    + " to " + Human.bytes(g.toBytes()) + " in " + Human.time(g.seconds())
                    + "; chance of that without a"
                    + " trend " + Words.chance(g.chance()));
            if (g.limitAt() != null) {
                line("  at its limit on " + Words.day(g.limitAt(), zone));
            }
        }
        none(r.growth(), "none, as far as can be told");
    }

    private void limits() {
        head("Limits that do not fit");
        for (UsageReport.Limit l : r.limits()) {
            Unit u = Unit.of(l.unit());
            line("- " + l.kind() + " " + l.name() + ", " + l.what() + " " + u.text(l.limit()) + ": "
                    + (l.often() ? "often reached" : "never nearly reached") + ", better " + u.text(l.proposal()));
            line("  " + l.how());
        }
        none(r.limits(), "none");
    }

    private void endings() {
        head("Restarts and kills");
        for (UsageReport.Count c :
                r.restarts().subList(0, Math.min(LISTED, r.restarts().size()))) {
            line("- " + c.name() + ": " + c.reason() + " " + c.times() + "×");
        }
        none(r.restarts(), "none");
        if (!r.endings().isEmpty()) {
            line("the last ones:");
            r.endings().stream()
                    .limit(LISTED)
                    .forEach(e -> line("  " + Words.time(e.at(), zone) + "  " + e.name() + ": " + e.what()));
        }
    }

    private void overlaps() {
        UsageReport.Overlap o = r.overlaps();
        if (o.mostAtOnce() < 2 && o.together().isEmpty()) {
            return;
        }
        head("Schedules that meet");
        if (o.mostAt() != null) {
            line("at most " + o.mostAtOnce() + " runs at once, on " + Words.time(o.mostAt(), zone));
        }
        o.pairs()
                .forEach(p -> line("- " + p.one() + " and " + p.other() + ": " + p.times() + "×, together for "
                        + Human.time(p.seconds())));
        o.together().forEach(t -> line("- due together at " + t.at() + ": " + String.join(", ", t.schedules())));
        o.proposals()
                .forEach(p -> line("- better: " + p.schedule() + ": \"" + p.now() + "\" → \"" + p.better() + "\""));
    }

    private void failed() {
        head("Failures");
        for (UsageReport.Failed f : r.failed()) {
            line("- " + f.kind() + " " + f.name() + ": " + f.failure() + " " + f.times() + "×, last on "
                    + Words.time(f.lastAt(), zone) + (f.detail().isEmpty() ? "" : ": " + f.detail()));
        }
        none(r.failed(), "none");
    }

    private void disks() {
        head("Disks");
        var rows = new Columns("MOUNT", "USED", "OF", "", "A DAY", "FULL");
        for (UsageReport.Disk d : r.disks()) {
            rows.row(
                    d.mount(),
                    Human.bytes(d.usedBytes()),
                    Human.bytes(d.sizeBytes()),
                    percent(d),
                    d.bytesPerDay() == null ? "steady" : "+" + Words.bytes(d.bytesPerDay()),
                    full(d, zone));
        }
        rows.lines().forEach(this::line);
        none(r.disks(), "nothing is known yet");
    }

    static String full(UsageReport.Disk d, ZoneId zone) {
        return d.bytesPerDay() == null
                ? Human.UNKNOWN
                : d.fullAt() == null ? "not within a year" : Words.day(d.fullAt(), zone);
    }

    static String percent(UsageReport.Disk d) {
        return d.sizeBytes() == 0 ? "" : String.format(Locale.ROOT, "%d%%", 100 * d.usedBytes() / d.sizeBytes());
    }

    /** Of the highest; a space is unknown. */
    private static String bars(List<@Nullable Double> values) {
        double most = 0;
        for (Double v : values) {
            most = v == null ? most : Math.max(most, v);
        }
        var bars = new StringBuilder();
        for (Double v : values) {
            bars.append(v == null ? ' ' : BARS.charAt(most <= 0 ? 0 : (int) Math.round(7 * v / most)));
        }
        return bars.toString().stripTrailing();
    }

    private void head(String title) {
        b.append('\n')
                .append(title)
                .append('\n')
                .append("─".repeat(title.length()))
                .append('\n');
    }

    private void none(List<?> all, String words) {
        if (all.isEmpty()) {
            line(words);
        }
    }

    private void line(String text) {
        b.append(printable(text).replace('\n', ' ')).append('\n');
    }

    /** Names are anybody's. */
    private static String printable(String s) {
        var safe = new StringBuilder(s.length());
        s.codePoints()
                .map(c -> c != '\n'
                                && (Character.isISOControl(c)
                                        || Character.getType(c) == Character.FORMAT
                                        || Character.getType(c) == Character.SURROGATE)
                        ? '\ufffd'
                        : c)
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }

    /** Aligned; the first column to the left, all others to the right. */
    private static final class Columns {
        private final List<List<String>> rows = new ArrayList<>();

        Columns(String... head) {
            rows.add(List.of(head));
        }

        void row(String... cells) {
            rows.add(List.of(cells));
        }

        List<String> lines() {
            if (rows.size() == 1) {
                return List.of();
            }
            var widths = new int[rows.getFirst().size()];
            for (List<String> row : rows) {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], width(row.get(i)));
                }
            }
            return rows.stream().map(row -> line(row, widths)).toList();
        }

        private static String line(List<String> row, int[] widths) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - width(row.get(i)));
                line.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
            }
            return line.toString().stripTrailing();
        }

        private static int width(String s) {
            return s.codePointCount(0, s.length());
        }
    }
}
