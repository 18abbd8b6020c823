package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import dev.holdfast.report.Html.Cell;
import dev.holdfast.unit.Human;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A report as one page that needs nothing else: no script, no picture, no font, and a policy that allows none. It reads in
 * the dark and on a telephone, and what its charts show stands in its tables: mail readers mostly show no SVG. Pure.
 */
public final class ReportPage {
    private static final int CHARTS = 6;

    private static final String STYLE = """

            :root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;--bar:#2f6fb2;--warn:#9a3412;--tint:#fff4ed}
            @media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a3adb8;--paper:#14181d;--line:#39424c;--bar:#6ea8e5;--warn:#ffb38a;--tint:#2b1c14}}
            body{margin:0 auto;max-width:64rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
            h1{font-size:1.5rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
            h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
            p{margin:.25rem 0;overflow-wrap:anywhere}
            .soft{color:var(--soft)}
            ul{margin:.5rem 0;padding-left:1.25rem}
            li{margin:.25rem 0;overflow-wrap:anywhere}
            .findings{background:var(--tint);border-left:4px solid var(--warn);padding:.5rem .75rem}
            .findings ul{margin:0}
            .charts{display:flex;flex-wrap:wrap;gap:1rem}
            figure{margin:0;flex:1 1 18rem;max-width:30rem;min-width:0}
            figcaption{font-size:.9rem;color:var(--soft);overflow-wrap:anywhere}
            .chart{display:block;width:100%;height:auto}
            .chart text{fill:var(--soft);font-size:11px}
            .chart .end{text-anchor:end}
            .bar{fill:var(--bar)}
            .axis{stroke:var(--line)}
            .line{fill:none;stroke:var(--bar);stroke-width:1.5}
            .limit{stroke:var(--warn);stroke-dasharray:4 3}
            .wide{overflow-x:auto;margin:.75rem 0}
            .wide:focus-visible{outline:2px solid var(--bar)}
            table{border-collapse:collapse;font-size:.9rem}
            caption{text-align:left;color:var(--soft)}
            th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
            td{white-space:nowrap}
            th{font-weight:600}
            thead th{white-space:nowrap}
            tbody th{min-width:7rem;overflow-wrap:break-word}
            .t{min-width:15rem;white-space:normal;overflow-wrap:break-word}
            .n{text-align:right;font-variant-numeric:tabular-nums}
            """;

    private final UsageReport r;
    private final ZoneId zone;
    private final Html h = new Html();

    private ReportPage(UsageReport r) {
        this.r = r;
        this.zone = ZoneId.of(r.zone());
    }

    public static String of(UsageReport r) {
        var page = new ReportPage(r);
        page.write();
        return page.h.toString();
    }

    private void write() {
        h.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '" + digest()
                        + "'\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
                .element("title", "Holdfast on " + r.host() + ": report")
                .raw("<style>" + STYLE + "</style>\n</head>\n<body>\n<main>\n")
                .element("h1", r.host())
                .raw("<p class=\"soft\">")
                .text(Words.time(r.from(), zone) + " to " + Words.time(r.until(), zone) + " " + zone.getId() + " ("
                        + Human.time(ReportText.span(r).toSeconds()) + ")")
                .raw("</p>\n");
        head("Findings");
        if (r.findings().isEmpty()) {
            h.element("p", "All is well.");
        } else {
            h.raw("<div class=\"findings\">").list(r.findings()).raw("</div>\n");
        }
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
            h.list(r.notes());
        }
        h.raw("</main>\n</body>\n</html>\n");
    }

    private static String digest() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(STYLE.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(sum);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    private void machine() {
        UsageReport.Machine m = r.machine();
        head("Host");
        String cpu = "CPU: " + Words.cores(m.cpuMean()) + " cores on average, at most " + Words.cores(m.cpuPeak())
                + " of " + m.cores();
        String memory = "Memory: " + Human.bytes(m.memoryMean()) + " on average, at most " + Human.bytes(m.memoryPeak())
                + " of " + (m.memoryBytes() == 0 ? Human.UNKNOWN : Human.bytes(m.memoryBytes()));
        h.raw("<div class=\"charts\">\n");
        figure(
                Svg.hours("CPU peaks by hour of the day", m.cpuByHour(), (double) m.cores(), m.cores() + " cores"),
                cpu + ". Peaks by hour of the day.");
        figure(
                Svg.hours(
                        "memory peaks by hour of the day",
                        m.memoryByHour(),
                        m.memoryBytes() == 0 ? null : (Double) (double) m.memoryBytes(),
                        m.memoryBytes() == 0 ? "" : Human.bytes(m.memoryBytes())),
                memory + ". Peaks by hour of the day.");
        List<Double> runs =
                m.runsByHour().stream().map(n -> (Double) (double) n).toList();
        double most = runs.stream().mapToDouble(d -> d).max().orElse(0);
        if (most > 0) {
            figure(
                    Svg.hours("runs and jobs that began, by hour of the day", runs, null, Words.number(most)),
                    "Runs and jobs that began, by hour of the day.");
        }
        h.raw("</div>\n");
    }

    private void processes() {
        head("Processes");
        if (r.processes().isEmpty()) {
            h.element("p", "None.");
            return;
        }
        var rows = new ArrayList<List<Cell>>();
        for (UsageReport.Program p : r.processes()) {
            rows.add(List.of(
                    Cell.text(p.replicas() == 1 ? p.name() : p.name() + " ×" + p.replicas()),
                    Cell.number(Words.seconds(p.cpuSeconds())),
                    Cell.number(Words.cores(p.cpuMean())),
                    Cell.number(Words.cores(p.cpuPeak())),
                    Cell.number(Words.cores(p.cpuLimit())),
                    Cell.number(Human.bytes(p.memoryMean())),
                    Cell.number(Human.bytes(p.memoryP99())),
                    Cell.number(Human.bytes(p.memoryPeak())),
                    Cell.number(Human.bytes(p.memoryLimit())),
                    Cell.drawn(Svg.spark(p.memory())),
                    Cell.number(Integer.toString(p.starts())),
                    Cell.number(Words.hour(p.busiestHour()))));
        }
        h.table(
                "What processes used: cores, and memory with the page cache of their groups",
                List.of(
                        "Name",
                        "CPU time",
                        "CPU",
                        "Peak",
                        "Limit",
                        "Memory",
                        "p99",
                        "Peak",
                        "Limit",
                        "Over time",
                        "Starts",
                        "Busiest"),
                rows);
    }

    private void works(String title, List<UsageReport.Work> works, boolean queues) {
        if (works.isEmpty()) {
            return;
        }
        head(title);
        var rows = new ArrayList<List<Cell>>();
        for (UsageReport.Work w : works) {
            rows.add(List.of(
                    Cell.text(w.name()),
                    Cell.number(Integer.toString(w.attempts())),
                    Cell.number(Integer.toString(w.failed())),
                    Cell.number(queues ? Long.toString(w.waiting()) : Integer.toString(w.skipped() + w.missed())),
                    Cell.number(Words.seconds(w.meanSeconds())),
                    Cell.number(Words.seconds(w.p99Seconds())),
                    Cell.number(Words.seconds(w.longestSeconds())),
                    Cell.number(Words.seconds(w.cpuSeconds())),
                    Cell.number(Human.bytes(w.peakBytes())),
                    Cell.number(Words.hour(w.busiestHour()))));
        }
        h.table(
                queues ? "What became of jobs, attempt by attempt" : "What became of runs, attempt by attempt",
                List.of(
                        "Name",
                        queues ? "Attempts" : "Runs",
                        "Failed",
                        queues ? "Waiting" : "Left out",
                        "Mean",
                        "p99",
                        "Longest",
                        "CPU time",
                        "Memory",
                        "Busiest"),
                rows);
    }

    private void growth() {
        head("Memory that grows");
        if (r.growth().isEmpty()) {
            h.element("p", "None, as far as can be told.");
            return;
        }
        h.raw("<div class=\"charts\">\n");
        for (UsageReport.Growth g :
                r.growth().subList(0, Math.min(CHARTS, r.growth().size()))) {
            figure(
                    Svg.line(
                            "memory of " + g.name() + " over time",
                            g.memory(),
                            null,
                            Human.bytes(most(g)),
                            Words.time(r.from(), zone),
                            Words.time(r.until(), zone)),
                    g.name() + ": " + Words.bytes(g.bytesPerDay()) + " a day"
                            + (g.limitAt() == null ? "" : ", at its limit on " + Words.day(g.limitAt(), zone)) + ".");
        }
        h.raw("</div>\n");
        var rows = new ArrayList<List<Cell>>();
        for (UsageReport.Growth g : r.growth()) {
            rows.add(List.of(
                    Cell.text(g.name()),
                    Cell.number("+" + Words.bytes(g.bytesPerDay())),
                    Cell.number(Human.bytes(g.fromBytes())),
                    Cell.number(Human.bytes(g.toBytes())),
                    Cell.number(Human.time(g.seconds())),
                    Cell.number(Words.chance(g.chance())),
                    Cell.text(g.limitAt() == null ? Human.UNKNOWN : Words.day(g.limitAt(), zone))));
        }
        h.table(
                "Growth within one life, by the median of all slopes",
                List.of("Name", "A day", "From", "To", "In", "Chance without a trend", "At its limit"),
                rows);
    }

    private static long most(UsageReport.Growth g) {
        double most = 0;
        for (Double v : g.memory()) {
            most = v == null ? most : Math.max(most, v);
        }
        return (long) most;
    }

    private void limits() {
        head("Limits that do not fit");
        if (r.limits().isEmpty()) {
            h.element("p", "None.");
            return;
        }
        var rows = new ArrayList<List<Cell>>();
        for (UsageReport.Limit l : r.limits()) {
            Unit u = Unit.of(l.unit());
            rows.add(List.of(
                    Cell.text(l.kind() + " " + l.name()),
                    Cell.text(l.what()),
                    Cell.number(u.text(l.limit())),
                    Cell.number(l.p99() == null ? Human.UNKNOWN : u.text(l.p99())),
                    Cell.number(l.peak() == null ? Human.UNKNOWN : u.text(l.peak())),
                    Cell.text(l.often() ? "often reached" : "never nearly reached"),
                    Cell.number(u.text(l.proposal())),
                    Cell.words(l.how())));
        }
        h.table(
                "Limits, and which would fit",
                List.of("Of", "What", "Limit", "p99", "Peak", "Is", "Better", "Arithmetic"),
                rows);
    }

    private void endings() {
        head("Restarts and kills");
        if (r.restarts().isEmpty()) {
            h.element("p", "None.");
            return;
        }
        h.table(
                "How often, and why",
                List.of("Name", "Why", "Times"),
                r.restarts().stream()
                        .map(c -> List.of(
                                Cell.text(c.name()), Cell.text(c.reason()), Cell.number(Integer.toString(c.times()))))
                        .toList());
        if (!r.endings().isEmpty()) {
            h.table(
                    "The last ones",
                    List.of("When", "Name", "Why", "What"),
                    r.endings().stream()
                            .map(e -> List.of(
                                    Cell.text(Words.time(e.at(), zone)),
                                    Cell.text(e.name()),
                                    Cell.text(e.reason()),
                                    Cell.words(e.what())))
                            .toList());
        }
    }

    private void overlaps() {
        UsageReport.Overlap o = r.overlaps();
        if (o.mostAtOnce() < 2 && o.together().isEmpty()) {
            return;
        }
        head("Schedules that meet");
        if (o.mostAt() != null) {
            h.element("p", "At most " + o.mostAtOnce() + " runs at once, on " + Words.time(o.mostAt(), zone) + ".");
        }
        var lines = new ArrayList<String>();
        o.pairs()
                .forEach(p -> lines.add(p.one() + " and " + p.other() + ": " + p.times() + "×, together for "
                        + Human.time(p.seconds())));
        o.together().forEach(t -> lines.add("due together at " + t.at() + ": " + String.join(", ", t.schedules())));
        o.proposals()
                .forEach(p -> lines.add("better: " + p.schedule() + ": \"" + p.now() + "\" → \"" + p.better() + "\""));
        if (!lines.isEmpty()) {
            h.list(lines);
        }
    }

    private void failed() {
        head("Failures");
        if (r.failed().isEmpty()) {
            h.element("p", "None.");
            return;
        }
        h.table(
                "Attempts that failed, by kind",
                List.of("Of", "Kind", "Times", "Last", "Detail of the last"),
                r.failed().stream()
                        .map(f -> List.of(
                                Cell.text(f.kind() + " " + f.name()),
                                Cell.text(f.failure()),
                                Cell.number(Integer.toString(f.times())),
                                Cell.text(Words.time(f.lastAt(), zone)),
                                Cell.words(f.detail())))
                        .toList());
    }

    private void disks() {
        head("Disks");
        if (r.disks().isEmpty()) {
            h.element("p", "Nothing is known yet.");
            return;
        }
        h.raw("<div class=\"charts\">\n");
        for (UsageReport.Disk d :
                r.disks().subList(0, Math.min(CHARTS, r.disks().size()))) {
            figure(
                    Svg.line(
                            "use of " + d.mount() + " over time",
                            d.used(),
                            (double) d.sizeBytes(),
                            Human.bytes(d.sizeBytes()),
                            Words.time(r.from(), zone),
                            Words.time(r.until(), zone)),
                    d.mount() + ": " + ReportText.percent(d) + " used"
                            + (d.fullAt() == null ? "" : ", full on " + Words.day(d.fullAt(), zone)) + ".");
        }
        h.raw("</div>\n");
        h.table(
                "File systems, and when they will be full as they grow now",
                List.of("Mount", "Used", "Of", "Share", "A day", "Full"),
                r.disks().stream()
                        .map(d -> List.of(
                                Cell.text(d.mount()),
                                Cell.number(Human.bytes(d.usedBytes())),
                                Cell.number(Human.bytes(d.sizeBytes())),
                                Cell.number(ReportText.percent(d)),
                                Cell.number(d.bytesPerDay() == null ? "steady" : "+" + Words.bytes(d.bytesPerDay())),
                                Cell.text(ReportText.full(d, zone))))
                        .toList());
    }

    private void head(String title) {
        h.element("h2", title);
    }

    private void figure(String svg, String caption) {
        h.raw("<figure>" + svg + "<figcaption>").text(caption).raw("</figcaption></figure>\n");
    }
}
