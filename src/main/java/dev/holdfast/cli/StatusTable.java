package dev.holdfast.cli;

import static dev.holdfast.cli.Table.cell;

import dev.holdfast.api.Status;
import dev.holdfast.cli.Style.Paint;
import dev.holdfast.unit.Human;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A status as people read it. */
final class StatusTable {
    private StatusTable() {}

    /** All of it. */
    static List<String> full(Status status, Instant now, ZoneId zone, Style style) {
        var table = new Table(style)
                .head(
                        "NAME",
                        "STATE",
                        "PID",
                        "UPTIME",
                        "RESTARTS",
                        "CPU",
                        "MEM",
                        "PIDS",
                        "HEALTH",
                        "ENFORCED BY",
                        "DETAIL");
        for (Status.Replica r : status.replicas()) {
            table.row(
                    cell(r.name()),
                    state(r),
                    cell(pid(r)),
                    cell(uptime(r)),
                    cell(Integer.toString(r.restarts()), r.restarts() > 0 ? Paint.YELLOW : Paint.PLAIN),
                    cell(cpu(r)),
                    cell(beside(
                            Human.bytes(r.memoryBytes()),
                            r.memoryLimitBytes() == null ? null : Human.bytes(r.memoryLimitBytes()))),
                    cell(beside(
                            r.pids() == null ? Human.UNKNOWN : Long.toString(r.pids()),
                            r.pidsLimit() == null ? null : Integer.toString(r.pidsLimit()))),
                    cell(r.health().isEmpty() ? Human.UNKNOWN : r.health(), Style.ofState(r.health())),
                    cell(
                            r.enforcedBy() == null ? Human.UNKNOWN : r.enforcedBy(),
                            r.weaker() == null ? Paint.PLAIN : Paint.YELLOW),
                    cell(r.detail()));
        }
        var lines = new ArrayList<String>();
        if (!status.replicas().isEmpty()) {
            lines.addAll(table.lines());
        } else if (status.schedules().isEmpty() && status.queues().isEmpty()) {
            lines.add("no processes");
        }
        limits(status, style, lines);
        scales(status, style, lines);
        schedules(status, now, zone, style, lines);
        queues(status, style, lines);
        for (String url : status.listens()) {
            lines.add("the API is served at " + url + (url.startsWith("https:") ? ", with TLS" : ", without TLS"));
        }
        int weaker = status.degraded().size();
        if (weaker > 0) {
            lines.add(style.paint(
                    Paint.YELLOW,
                    weaker
                            + (weaker == 1 ? " guarantee is weaker" : " guarantees are weaker")
                            + " here: holdfast doctor"));
        }
        return lines;
    }

    private static void scales(Status status, Style style, List<String> lines) {
        for (Status.Scale s : status.scales()) {
            boolean kept = s.reason().equals("memory")
                    || s.reason().equals("ill")
                    || s.reason().equals("no_figure");
            lines.add(style.paint(
                    kept ? Paint.YELLOW : Paint.PLAIN, s.process() + ": " + Table.printable(ScaleText.line(s))));
        }
    }

    private static void schedules(Status status, Instant now, ZoneId zone, Style style, List<String> lines) {
        if (status.schedules().isEmpty()) {
            return;
        }
        if (!lines.isEmpty()) {
            lines.add("");
        }
        var table = new Table(style).head("SCHEDULE", "STATE", "NEXT", "LAST", "RESULT", "DETAIL");
        for (Status.Schedule s : status.schedules()) {
            String next = s.next();
            String last = s.lastStarted();
            String result = s.lastResult();
            table.row(
                    cell(s.name()),
                    cell(s.state() + (s.pending() > 0 ? " +" + s.pending() : ""), Style.ofState(s.state())),
                    cell(next == null ? Human.UNKNOWN : Human.at(next, zone)),
                    cell(last == null ? Human.UNKNOWN : Human.ago(last, now)),
                    cell(
                            result == null ? Human.UNKNOWN : result,
                            s.failures() > 0 ? Paint.RED : Style.ofState(String.valueOf(result))),
                    cell(detail(s)));
        }
        lines.addAll(table.lines());
    }

    private static void queues(Status status, Style style, List<String> lines) {
        if (status.queues().isEmpty()) {
            return;
        }
        if (!lines.isEmpty()) {
            lines.add("");
        }
        var table = new Table(style).head("QUEUE", "RUNNING", "OF", "DETAIL");
        for (Status.Queue q : status.queues()) {
            String trouble = q.trouble();
            table.row(
                    cell(q.name()),
                    cell(q.pull() ? Human.UNKNOWN : Integer.toString(q.running())),
                    cell(q.pull() ? Human.UNKNOWN : Integer.toString(q.concurrency())),
                    trouble == null
                            ? cell(q.enabled() ? q.pull() ? "workers take its jobs" : "" : "disabled")
                            : cell(trouble, Paint.RED));
        }
        lines.addAll(table.lines());
    }

    private static String detail(Status.Schedule s) {
        String paused = s.paused();
        String last = s.lastDetail();
        return paused != null ? paused : last == null || "success".equals(s.lastResult()) ? "" : last;
    }

    private static String cpu(Status.Replica r) {
        Double limit = r.cpuLimit();
        return beside(Human.percent(since(r)), limit == null ? null : Human.percent(limit * 100));
    }

    /** Since somebody last looked; at the first look, as ps(1) does, since it started. */
    private static @Nullable Double since(Status.Replica r) {
        Double used = r.cpuSeconds();
        return r.cpuPercent() != null || used == null
                ? r.cpuPercent()
                : (Double) (used / Math.max(1, r.seconds()) * 100);
    }

    /** A value and its limit; the value alone where nothing limits it, or nothing runs. */
    private static String beside(String value, @Nullable String limit) {
        return limit == null || value.equals(Human.UNKNOWN) ? value : value + "/" + limit;
    }

    /** Which limits the kernel does not keep, a line for each process. */
    private static void limits(Status status, Style style, List<String> lines) {
        var weaker = new TreeMap<String, String>();
        for (Status.Replica r : status.replicas()) {
            String why = r.weaker();
            if (why != null) {
                weaker.put(r.process(), why);
            }
        }
        weaker.forEach((process, by) ->
                lines.add(style.paint(Paint.YELLOW, "limits of " + process + ": " + Table.printable(by))));
    }

    /** What an action has led to: one line each. */
    static List<String> brief(Status status, Style style) {
        var table = new Table(style);
        for (Status.Replica r : status.replicas()) {
            table.row(cell(r.name()), state(r), cell(r.pid() == null ? "" : "pid " + r.pid()), cell(r.detail()));
        }
        return table.lines();
    }

    private static Table.Cell state(Status.Replica r) {
        return cell(r.state(), Style.ofState(r.state()));
    }

    private static String pid(Status.Replica r) {
        return r.pid() == null ? Human.UNKNOWN : Integer.toString(r.pid());
    }

    private static String uptime(Status.Replica r) {
        return r.pid() == null ? Human.UNKNOWN : Human.time(r.seconds());
    }
}
