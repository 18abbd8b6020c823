package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.cron.CronExpression;
import dev.holdfast.cron.Timing;
import dev.holdfast.unit.ByteSize;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How schedules pile up on one day, minute by minute, and a staggering of those whose minute may be moved: {@code *}{@code
 * /15} to another minute of the quarter, {@code 0 2} to another minute of the hour.
 *
 * @param from the day's first minute
 * @param before as it is
 * @param after with {@code proposals}
 * @param pileUps minutes on which most begin, at most five, the worst first
 * @param proposals another expression, by schedule; empty when nothing would be gained
 */
public record Overlaps(
        Instant from, ZoneId zone, Day before, Day after, List<PileUp> pileUps, List<Proposal> proposals) {
    private static final int MINUTES = 1440;
    /** Of what never ran nobody knows how long it takes. */
    private static final Duration UNKNOWN = Duration.ofMinutes(1);

    /**
     * What history says of one run.
     *
     * @param took on average; zero: it never ran
     * @param cpuSeconds on average
     * @param peakBytes the most
     */
    public record Load(Duration took, double cpuSeconds, long peakBytes) {
        static final Load NONE = new Load(Duration.ZERO, 0, 0);

        int minutes() {
            Duration known = took.isZero() ? UNKNOWN : took;
            return Math.clamp((known.toSeconds() + 59) / 60, 1, MINUTES);
        }

        double cores() {
            return took.isZero() ? 0 : cpuSeconds * 1000 / Math.max(1, took.toMillis());
        }
    }

    /** By minute: runs at once, processors and memory they use. */
    public record Day(List<Integer> runs, int mostRuns, double mostCores, long mostBytes) {}

    /** @param at a minute of the day */
    public record PileUp(Instant at, List<String> schedules) {}

    /** Another expression for a schedule. */
    public record Proposal(String schedule, String now, String better) {}

    private record Placed(String name, String expression, List<Integer> starts, Load load) {}

    /**
     * @param known what history says, by schedule
     * @param now the day begins with this minute
     */
    public static Overlaps of(
            SortedMap<String, ScheduleSpec> specs, Map<String, Load> known, Instant now, ZoneId zone) {
        Instant from = now.truncatedTo(ChronoUnit.MINUTES);
        var asIs = new ArrayList<Placed>();
        specs.values().stream().filter(ScheduleSpec::enabled).forEach(s -> {
            String expression =
                    s.timing() instanceof Timing.Cron c ? c.expression().toString() : "";
            asIs.add(new Placed(
                    s.name(), expression, starts(s.timing(), from), known.getOrDefault(s.name(), Load.NONE)));
        });
        var heaviestFirst = new ArrayList<>(asIs);
        heaviestFirst.sort(Comparator.comparingInt((Placed p) -> p.load.minutes() * p.starts.size())
                .reversed()
                .thenComparing(Placed::name));
        var runs = new int[MINUTES];
        var better = new ArrayList<Placed>();
        var proposals = new ArrayList<Proposal>();
        for (Placed p : heaviestFirst) {
            Placed best = best(p, specs.get(p.name), from, runs);
            better.add(best);
            add(best, runs);
            if (!best.expression.equals(p.expression)) {
                proposals.add(new Proposal(p.name, p.expression, best.expression));
            }
        }
        Day before = day(asIs);
        Day after = day(better);
        boolean gain = after.mostRuns < before.mostRuns;
        proposals.sort(Comparator.comparing(Proposal::schedule));
        return new Overlaps(
                from, zone, before, gain ? after : before, pileUps(asIs, from), gain ? proposals : List.of());
    }

    private static List<Integer> starts(Timing timing, Instant from) {
        var starts = new ArrayList<Integer>();
        Instant end = from.plus(Duration.ofDays(1));
        Instant due = timing.next(from.minusSeconds(1));
        while (due != null && due.isBefore(end)) {
            int minute = (int) Duration.between(from, due).toMinutes();
            if (starts.isEmpty() || starts.getLast() != minute) {
                starts.add(minute);
            }
            due = timing.next(Instant.ofEpochSecond(Math.floorDiv(due.getEpochSecond(), 60) * 60 + 59));
        }
        return starts;
    }

    /** Of all minutes it could be moved to the one with the least company; its own when that is as good. */
    private static Placed best(Placed p, @Nullable ScheduleSpec spec, Instant from, int[] runs) {
        Placed best = p;
        long least = company(p, runs);
        if (spec == null || !(spec.timing() instanceof Timing.Cron(CronExpression e, ZoneId zone))) {
            return p;
        }
        for (String other : moved(e.toString())) {
            if (least == 0) {
                break;
            }
            Placed placed =
                    new Placed(p.name, other, starts(new Timing.Cron(CronExpression.parse(other), zone), from), p.load);
            long company = company(placed, runs);
            if (company < least && placed.starts.size() == p.starts.size()) {
                best = placed;
                least = company;
            }
        }
        return best;
    }

    /** The same expression on other minutes; nothing when its minute is neither one number nor a step of an hour. */
    static List<String> moved(String expression) {
        String[] f = expression.split(" ", 2);
        if (f.length < 2 || f[1].split(" ", -1).length != 4) {
            return List.of();
        }
        var moved = new ArrayList<String>();
        if (f[0].matches("\\*/([2-9]|[1-5]\\d)") && 60 % Integer.parseInt(f[0].substring(2)) == 0) {
            int step = Integer.parseInt(f[0].substring(2));
            for (int k = 1; k < step; k++) {
                moved.add(k + "-59/" + step + " " + f[1]);
            }
        } else if (f[0].matches("\\d{1,2}")) {
            int own = Integer.parseInt(f[0]);
            for (int k = 1; k < 60; k++) {
                moved.add((own + k) % 60 + " " + f[1]);
            }
        }
        return moved;
    }

    private static long company(Placed p, int[] runs) {
        long company = 0;
        for (int start : p.starts) {
            for (int m = start; m < start + p.load.minutes(); m++) {
                company += (long) runs[m % MINUTES] * runs[m % MINUTES];
            }
        }
        return company;
    }

    private static void add(Placed p, int[] runs) {
        for (int start : p.starts) {
            for (int m = start; m < start + p.load.minutes(); m++) {
                runs[m % MINUTES]++;
            }
        }
    }

    private static Day day(List<Placed> all) {
        var runs = new int[MINUTES];
        var cores = new double[MINUTES];
        var bytes = new long[MINUTES];
        for (Placed p : all) {
            add(p, runs);
            for (int start : p.starts) {
                for (int m = start; m < start + p.load.minutes(); m++) {
                    cores[m % MINUTES] += p.load.cores();
                    bytes[m % MINUTES] += p.load.peakBytes;
                }
            }
        }
        var list = new ArrayList<Integer>();
        int most = 0;
        double mostCores = 0;
        long mostBytes = 0;
        for (int m = 0; m < MINUTES; m++) {
            list.add(runs[m]);
            most = Math.max(most, runs[m]);
            mostCores = Math.max(mostCores, cores[m]);
            mostBytes = Math.max(mostBytes, bytes[m]);
        }
        return new Day(List.copyOf(list), most, mostCores, mostBytes);
    }

    private static List<PileUp> pileUps(List<Placed> all, Instant from) {
        var at = new ArrayList<List<String>>();
        for (int m = 0; m < MINUTES; m++) {
            at.add(new ArrayList<>());
        }
        all.forEach(p -> p.starts.forEach(m -> at.get(m).add(p.name)));
        var worst = new ArrayList<PileUp>();
        for (int m = 0; m < MINUTES; m++) {
            if (at.get(m).size() > 1) {
                worst.add(new PileUp(from.plus(Duration.ofMinutes(m)), List.copyOf(at.get(m))));
            }
        }
        worst.sort(Comparator.comparingInt((PileUp p) -> -p.schedules.size()).thenComparing(PileUp::at));
        return List.copyOf(worst.subList(0, Math.min(5, worst.size())));
    }

    /** For a terminal: the day, a line an hour and a character a minute; pile-ups; the proposal. */
    public List<String> text() {
        var lines = new ArrayList<String>();
        lines.add("runs at once, a character a minute from " + clock(from) + " on (. none, + more than 9):");
        lines.addAll(picture(before));
        lines.add("at most " + words(before));
        if (!pileUps.isEmpty()) {
            lines.add("");
            lines.add("begin together:");
            pileUps.forEach(p ->
                    lines.add("  " + clock(p.at) + "  " + p.schedules.size() + ": " + String.join(", ", p.schedules)));
        }
        lines.add("");
        if (proposals.isEmpty()) {
            lines.add("no other minutes would be better");
            return lines;
        }
        lines.add("better minutes:");
        proposals.forEach(p -> lines.add("  " + p.schedule + ": \"" + p.now + "\" → \"" + p.better + "\""));
        lines.add("with these:");
        lines.addAll(picture(after));
        lines.add("at most " + words(after));
        return lines;
    }

    private List<String> picture(Day day) {
        var lines = new ArrayList<String>();
        for (int hour = 0; hour < 24; hour++) {
            var line = new StringBuilder("  ")
                    .append(clock(from.plus(Duration.ofHours(hour))))
                    .append(' ');
            for (int m = hour * 60; m < hour * 60 + 60; m++) {
                int n = day.runs.get(m);
                line.append(n == 0 ? '.' : n > 9 ? '+' : (char) ('0' + n));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static String words(Day day) {
        return day.mostRuns + " runs at once"
                + (day.mostCores > 0 ? String.format(Locale.ROOT, ", %.2f processors", day.mostCores) : "")
                + (day.mostBytes > 0 ? ", " + new ByteSize(day.mostBytes) + " of memory" : "");
    }

    private String clock(Instant at) {
        return at.atZone(zone).toLocalTime().toString();
    }
}
