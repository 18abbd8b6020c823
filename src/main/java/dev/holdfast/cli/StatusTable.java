package dev.holdfast.cli;

import static dev.holdfast.cli.Table.cell;

import dev.holdfast.api.Status;
import dev.holdfast.cli.Style.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A status as people read it. */
final class StatusTable {
    private static final String KERNEL = "kernel";

    private StatusTable() {}

    /** All of it. */
    static List<String> full(Status status, Style style) {
        var table =
                new Table(style).head("NAME", "STATE", "PID", "UPTIME", "RESTARTS", "CPU", "MEM", "HEALTH", "DETAIL");
        for (Status.Replica r : status.replicas()) {
            table.row(
                    cell(r.name()),
                    state(r),
                    cell(pid(r)),
                    cell(uptime(r)),
                    cell(Integer.toString(r.restarts()), r.restarts() > 0 ? Paint.YELLOW : Paint.PLAIN),
                    cell(Human.percent(r.cpuPercent())),
                    cell(Human.bytes(r.memoryBytes())),
                    cell(r.health().isEmpty() ? Human.UNKNOWN : r.health(), Style.ofState(r.health())),
                    cell(r.detail()));
        }
        var lines = new ArrayList<>(status.replicas().isEmpty() ? List.of("no processes") : table.lines());
        limits(status, style, lines);
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

    /** Who keeps the limits: one line for all of whom the kernel does, one for each of the others. */
    private static void limits(Status status, Style style, List<String> lines) {
        var weaker = new TreeMap<String, String>();
        boolean kernel = false;
        for (Status.Replica r : status.replicas()) {
            String by = r.enforcedBy();
            if (by != null && !by.equals(KERNEL)) {
                weaker.put(r.process(), by);
            }
            kernel |= KERNEL.equals(by);
        }
        if (kernel) {
            lines.add("limits enforced by: kernel");
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
