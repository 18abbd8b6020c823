package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import dev.holdfast.unit.Human;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The picture, as lines: pure. */
final class Screen {
    /** Below that nothing can be read. */
    static final int LEAST_WIDTH = 40;

    static final int LEAST_HEIGHT = 10;

    private static final int HEAD = 3;
    private static final int FOOT = 1;
    /** An answer that is this late is told to be old. */
    private static final Duration OLD = Duration.ofSeconds(5);

    private final int width;
    private final int height;
    private final ZoneId zone;

    /**
     * @param lines all of the screen's height
     * @param selected which of them is to be reversed; -1: none
     */
    record Picture(List<Line> lines, int selected) {}

    Screen(int width, int height, ZoneId zone) {
        this.width = width;
        this.height = height;
        this.zone = zone;
    }

    /** How many rows of the list there is room for. */
    int page(View view) {
        return Math.max(1, height - HEAD - 1 - FOOT - log(view));
    }

    private int log(View view) {
        return view.log() && !(view.mode() instanceof View.Mode.Reading) ? height * 2 / 5 : 0;
    }

    Picture of(Seen seen, View view, Instant now) {
        if (width < LEAST_WIDTH || height < LEAST_HEIGHT) {
            return tooSmall();
        }
        var lines = new ArrayList<Line>();
        lines.add(title(seen, view, now));
        lines.add(counts(seen));
        lines.add(gauges(seen));
        int selected = -1;
        if (view.mode() instanceof View.Mode.Reading r) {
            reading(r, lines);
        } else {
            selected = list(seen, view, now, lines);
            log(seen, view, lines);
        }
        lines.add(foot(view));
        return new Picture(lines, selected);
    }

    private Picture tooSmall() {
        var lines = new ArrayList<Line>();
        for (int i = 0; i < height; i++) {
            lines.add(new Line(width));
        }
        if (height > 0) {
            lines.getFirst().add("needs " + LEAST_WIDTH + "x" + LEAST_HEIGHT);
        }
        return new Picture(lines, -1);
    }

    private Line title(Seen seen, View view, Instant now) {
        var line = new Line(width);
        Status status = seen.status();
        line.add("holdfast", Paint.BOLD);
        if (status != null) {
            line.add(" " + status.version() + "  pid " + status.pid() + "  up "
                    + Human.time(age(status.startedAt(), now)) + "  ");
        } else {
            line.add("  ");
        }
        String trouble = seen.trouble();
        if (trouble != null) {
            return line.add(trouble, Paint.RED);
        }
        if (view.held()) {
            return line.add("held: space goes on", Paint.YELLOW);
        }
        HealthReport health = seen.health();
        if (health != null) {
            line.add(health.level(), Paint.ofLevel(health.level()));
            line.add("  ");
        }
        if (status != null && Duration.between(seen.at(), now).compareTo(OLD) > 0) {
            line.add("as of " + Human.time(Duration.between(seen.at(), now).toSeconds()) + " ago  ", Paint.YELLOW);
        }
        return line.add(status == null ? "" : status.config(), Paint.DIM);
    }

    private static long age(String since, Instant now) {
        try {
            return Duration.between(Instant.parse(since), now).toSeconds();
        } catch (java.time.DateTimeException notOurs) {
            return 0;
        }
    }

    /** How many are in which state, those that matter first. */
    private Line counts(Seen seen) {
        var line = new Line(width);
        Status status = seen.status();
        if (status == null) {
            return line;
        }
        var states = new TreeMap<String, Integer>();
        status.replicas().forEach(r -> states.merge(r.state(), 1, Integer::sum));
        line.add(status.replicas().size() + (status.replicas().size() == 1 ? " replica: " : " replicas: "));
        states.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(java.util.Comparator.comparingInt(Screen::rank)))
                .forEach(e -> line.add(e.getValue() + " " + e.getKey() + "  ", Paint.ofState(e.getKey())));
        long runs = status.schedules().stream()
                .filter(s -> s.state().equals("running"))
                .count();
        long failing = status.schedules().stream().filter(s -> s.failures() > 0).count();
        if (!status.schedules().isEmpty()) {
            line.add("· " + status.schedules().size() + (status.schedules().size() == 1 ? " schedule" : " schedules")
                    + (runs > 0 ? ", " + runs + " run" : ""));
            line.add(failing > 0 ? ", " + failing + " failed last" : "", Paint.RED);
            line.add("  ");
        }
        int jobs = status.queues().stream().mapToInt(Status.Queue::running).sum();
        if (!status.queues().isEmpty()) {
            line.add("· " + jobs + (jobs == 1 ? " job runs  " : " jobs run  "));
        }
        int weaker = status.degraded().size();
        return line.add(weaker > 0 ? "· " + weaker + " weaker: holdfast doctor" : "", Paint.YELLOW);
    }

    private static int rank(String state) {
        return switch (Paint.ofState(state)) {
            case RED -> 0;
            case YELLOW -> 1;
            case GREEN -> 2;
            case PLAIN, BOLD, DIM, CYAN, FILL -> 3;
        };
    }

    /** What the host's own figures are; without them, what all together use. */
    private Line gauges(Seen seen) {
        var line = new Line(width);
        HealthReport health = seen.health();
        if (health != null) {
            health.items().stream()
                    .filter(i -> i.kind().equals("host"))
                    .forEach(i -> line.add(i.name() + " ")
                            .add(i.value(), Paint.ofLevel(i.level()))
                            .add("  "));
        }
        Status status = seen.status();
        if (status != null && line.room() == width) {
            double cpu = status.replicas().stream()
                    .mapToDouble(r -> r.cpuPercent() == null ? 0 : r.cpuPercent())
                    .sum();
            long memory = status.replicas().stream()
                    .mapToLong(r -> r.memoryBytes() == null ? 0 : r.memoryBytes())
                    .sum();
            line.add("all together: CPU " + Human.percent(cpu) + "  memory " + Human.bytes(memory));
        }
        return line;
    }

    private int list(Seen seen, View view, Instant now, List<Line> lines) {
        List<Row> rows = Rows.of(seen, view);
        int at = Rows.selected(rows, view);
        int page = page(view);
        int first = Math.clamp(at - page / 2, 0, Math.max(0, rows.size() - page));
        var columns = new Columns(width, rows, zone, now);
        lines.add(columns.head(view));
        int selected = -1;
        for (int i = first; i < first + page; i++) {
            if (i < rows.size()) {
                if (i == at) {
                    selected = lines.size();
                }
                lines.add(columns.of(rows.get(i)));
            } else {
                lines.add(i == 0 ? new Line(width).add(nothing(seen, view), Paint.DIM) : new Line(width));
            }
        }
        return selected;
    }

    private static String nothing(Seen seen, View view) {
        if (seen.status() == null) {
            return seen.trouble() == null ? "asking…" : "";
        }
        return view.filter().isEmpty()
                ? "no " + view.pane().title + " here"
                : "no " + view.pane().title + " with \"" + view.filter() + "\"; Esc shows all";
    }

    private void log(Seen seen, View view, List<Line> lines) {
        int room = log(view);
        if (room == 0) {
            return;
        }
        List<Row> rows = Rows.of(seen, view);
        int at = Rows.selected(rows, view);
        String of = at < 0 ? "" : rows.get(at).name();
        lines.add(new Line(width).add("── log of " + of + " ", Paint.CYAN).rule(Paint.CYAN));
        int lineRoom = room - 1;
        // While the picture is held or nobody answers, another one's lines may be all there is.
        List<String> known = of.equals(seen.logOf()) ? seen.log() : List.of();
        List<String> last = known.subList(Math.max(0, known.size() - lineRoom), known.size());
        last.forEach(l -> lines.add(new Line(width).add(l)));
        for (int i = last.size(); i < lineRoom; i++) {
            lines.add(new Line(width));
        }
    }

    private void reading(View.Mode.Reading r, List<Line> lines) {
        lines.add(new Line(width).add("── " + r.title() + " ", Paint.CYAN).rule(Paint.CYAN));
        int room = height - HEAD - 1 - FOOT;
        for (int i = r.from(); i < r.from() + room; i++) {
            lines.add(i < r.lines().size() ? new Line(width).add(r.lines().get(i)) : new Line(width));
        }
    }

    private Line foot(View view) {
        var line = new Line(width);
        return switch (view.mode()) {
            case View.Mode.Filtering _ ->
                line.add("/" + view.filter() + "▏", Paint.BOLD).add("  Enter keeps it, Esc gives it up", Paint.DIM);
            case View.Mode.Confirming c ->
                line.add(c.wish().words() + "? ", Paint.BOLD).add("y does it, any other key does not");
            case View.Mode.Reading _ -> line.add("up down PgUp PgDn   any other key: back", Paint.DIM);
            case View.Mode.Watching _ ->
                !view.message().isEmpty()
                        ? line.add(view.message(), Paint.BOLD)
                        : !view.filter().isEmpty()
                                ? line.add("/" + view.filter(), Paint.BOLD)
                                        .add("  Esc shows all   ? keys   q leave", Paint.DIM)
                                : line.add(keys(view), Paint.DIM);
        };
    }

    private static String keys(View view) {
        String actions = switch (view.pane()) {
            case PROCESSES -> "r restart  s stop  u start  w why  l log  t tree  ";
            case SCHEDULES -> "r run  p pause  w why  l log  ";
            case QUEUES -> "p pause  P resume  ";
            case HEALTH -> "";
        };
        return "? keys  q leave  Tab " + following(view) + "  / filter  " + actions;
    }

    private static String following(View view) {
        return view.pane().neighbour(1).title;
    }

    /** {@code ▇▇▇░░}; for a share that is unknown nothing. */
    static String bar(@Nullable Double share, int columns) {
        if (share == null || columns <= 0) {
            return "";
        }
        int full = (int) Math.round(Math.clamp(share, 0.0, 1.0) * columns);
        return "█".repeat(full) + "░".repeat(columns - full);
    }
}
