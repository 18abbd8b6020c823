package dev.holdfast.top;

import dev.holdfast.api.Status;
import dev.holdfast.unit.Human;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which columns the list has, by how wide the screen is. */
final class Columns {
    /** Where there is room for more than the essential ones. */
    private static final int WIDE = 110;

    private static final int LONGEST_NAME = 32;
    private static final int STATE = 10;
    private static final int PID = 7;
    private static final int UPTIME = 7;
    private static final int RESTARTS = 4;
    private static final int CPU = 7;
    private static final int MEMORY = 7;
    private static final int LIMITED = 15;
    private static final int BAR = 8;
    private static final int SPARK = 16;
    private static final int TIME = 19;
    private static final String LEVELS = " ▁▂▃▄▅▆▇█";
    private static final double NEAR = 0.9;

    private final int width;
    private final boolean wide;
    private final int name;
    private final boolean limits;
    private final ZoneId zone;
    private final Instant now;

    Columns(int width, List<Row> rows, ZoneId zone, Instant now) {
        this.width = width;
        this.wide = width >= WIDE;
        this.zone = zone;
        this.now = now;
        int longest = rows.stream()
                .mapToInt(r -> Line.columns(r.name())
                        + (r instanceof Row.Replica p ? p.branch().length() : 0))
                .max()
                .orElse(0);
        name = Math.clamp(longest, 8, wide ? LONGEST_NAME : 18);
        limits = rows.stream()
                .anyMatch(r -> r instanceof Row.Replica p && (p.memoryLimit() != null || p.cpuLimit() != null));
    }

    Line head(View view) {
        var line = new Line(width);
        switch (view.pane()) {
            case PROCESSES -> {
                title(line, "NAME", name, view, View.Sort.NAME, false);
                title(line, "STATE", STATE, view, View.Sort.STATE, false);
                line.right("PID", PID, Paint.BOLD);
                title(line, "UPTIME", UPTIME, view, View.Sort.UPTIME, true);
                title(line, "RST", RESTARTS, view, View.Sort.RESTARTS, true);
                title(line, "CPU", CPU, view, View.Sort.CPU, true);
                title(line, "MEM", limits ? LIMITED : MEMORY, view, View.Sort.MEMORY, true);
                if (wide) {
                    line.cell("OF LIMIT", limits ? BAR : 0, Paint.BOLD);
                    line.cell("CPU LATELY", SPARK, Paint.BOLD);
                    line.right("PIDS", RESTARTS, Paint.BOLD);
                }
                line.add("DETAIL", Paint.BOLD);
            }
            case SCHEDULES ->
                line.cell("SCHEDULE", name, Paint.BOLD)
                        .cell("STATE", STATE, Paint.BOLD)
                        .cell("NEXT", TIME, Paint.BOLD)
                        .cell("LAST", CPU + 4, Paint.BOLD)
                        .cell("RESULT", CPU, Paint.BOLD)
                        .add("DETAIL", Paint.BOLD);
            case QUEUES ->
                line.cell("QUEUE", name, Paint.BOLD)
                        .right("RUNNING", CPU, Paint.BOLD)
                        .right("OF", RESTARTS, Paint.BOLD)
                        .add("DETAIL", Paint.BOLD);
            case HEALTH ->
                line.cell("WHAT", name, Paint.BOLD)
                        .cell("LEVEL", STATE, Paint.BOLD)
                        .cell("VALUE", TIME, Paint.BOLD)
                        .add("DETAIL", Paint.BOLD);
        }
        return line;
    }

    private static void title(Line line, String text, int columns, View view, View.Sort sort, boolean right) {
        String shown = view.sort() == sort ? text + (view.descending() ? "▾" : "▴") : text;
        if (right) {
            line.right(shown, columns, Paint.BOLD);
        } else {
            line.cell(shown, columns, Paint.BOLD);
        }
    }

    Line of(Row row) {
        var line = new Line(width);
        return switch (row) {
            case Row.Replica p -> process(line, p);
            case Row.Schedule s -> schedule(line, s.is());
            case Row.Queue q -> queue(line, q.is());
            case Row.Item i ->
                line.cell(i.name(), name, Paint.PLAIN)
                        .cell(i.is().level(), STATE, Paint.ofLevel(i.is().level()))
                        .cell(i.is().value(), TIME, Paint.PLAIN)
                        .add(i.is().detail());
        };
    }

    private Line process(Line line, Row.Replica p) {
        boolean runs = p.pid() != null || p.cpu() != null;
        Double ofMemory = share(p.memory(), p.memoryLimit());
        line.cell(p.branch() + p.name(), name, Paint.PLAIN).cell(p.state(), STATE, Paint.ofState(p.state()));
        if (!runs && !wide) { // its figures would be blank, and the reason is what is wanted
            return line.add(
                            p.restarts() == 0 ? "" : p.restarts() + (p.restarts() == 1 ? " restart; " : " restarts; "),
                            Paint.YELLOW)
                    .add(p.detail());
        }
        line.right(p.pid() == null ? "" : Integer.toString(p.pid()), PID, Paint.DIM)
                .right(runs ? Human.time(p.seconds()) : "", UPTIME, Paint.PLAIN)
                .right(Integer.toString(p.restarts()), RESTARTS, p.restarts() > 0 ? Paint.YELLOW : Paint.DIM)
                .right(runs ? Human.percent(p.cpu()) : "", CPU, near(share(p.cpu(), p.cpuLimit())))
                .right(memory(p), limits ? LIMITED : MEMORY, near(ofMemory));
        if (wide) {
            if (limits) {
                line.cell(Screen.bar(ofMemory, BAR), BAR, near(ofMemory));
            } else {
                line.cell("", 0, Paint.PLAIN);
            }
            line.cell(spark(p.past(), SPARK), SPARK, Paint.CYAN)
                    .right(p.pids() == null ? "" : Long.toString(p.pids()), RESTARTS, Paint.DIM);
        }
        if (!p.health().isEmpty()) {
            line.add(p.health() + " ", Paint.ofState(p.health()));
        }
        return line.add(p.detail());
    }

    private static String memory(Row.Replica p) {
        return p.memory() == null
                ? ""
                : Human.bytes(p.memory()) + (p.memoryLimit() == null ? "" : "/" + Human.bytes(p.memoryLimit()));
    }

    private static @Nullable Double share(@Nullable Number of, @Nullable Number limit) {
        return of == null || limit == null || limit.doubleValue() <= 0
                ? null
                : (Double) (of.doubleValue() / limit.doubleValue());
    }

    private static Paint near(@Nullable Double share) {
        return share == null || share < NEAR ? Paint.PLAIN : Paint.RED;
    }

    /** The last values, each by its share of the largest of them or of a whole core. */
    static String spark(List<Double> values, int columns) {
        List<Double> last = values.subList(Math.max(0, values.size() - columns), values.size());
        double most = Math.max(100, last.stream().mapToDouble(d -> d).max().orElse(0));
        var out = new StringBuilder();
        last.forEach(v -> {
            int level = v <= 0 ? 0 : Math.clamp(Math.round(v / most * (LEVELS.length() - 1)), 1, LEVELS.length() - 1);
            out.append(LEVELS.charAt(level));
        });
        return out.toString();
    }

    private Line schedule(Line line, Status.Schedule s) {
        String next = s.next();
        String last = s.lastStarted();
        String result = s.lastResult();
        String paused = s.paused();
        String detail = s.lastDetail();
        return line.cell(s.name(), name, Paint.PLAIN)
                .cell(s.state() + (s.pending() > 0 ? " +" + s.pending() : ""), STATE, Paint.ofState(s.state()))
                .cell(next == null ? Human.UNKNOWN : Human.at(next, zone), TIME, Paint.PLAIN)
                .cell(last == null ? Human.UNKNOWN : Human.ago(last, now), CPU + 4, Paint.PLAIN)
                .cell(result == null ? Human.UNKNOWN : result, CPU, result == null ? Paint.DIM : Paint.ofState(result))
                .add(paused != null ? paused : detail == null || "success".equals(result) ? s.timing() : detail);
    }

    private Line queue(Line line, Status.Queue q) {
        String trouble = q.trouble();
        line.cell(q.name(), name, Paint.PLAIN)
                .right(q.pull() ? Human.UNKNOWN : Integer.toString(q.running()), CPU, Paint.PLAIN)
                .right(q.pull() ? Human.UNKNOWN : Integer.toString(q.concurrency()), RESTARTS, Paint.DIM);
        return trouble != null
                ? line.add(trouble, Paint.RED)
                : line.add(q.enabled() ? q.pull() ? "workers take its jobs" : "" : "disabled", Paint.DIM);
    }
}
