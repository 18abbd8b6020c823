package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When which cleanup runs: every so long, counted from the begin of the last, whichever daemon that was of; again after a
 * failure; at most {@link #AT_ONCE} together and none beside itself. Pure; one thread owns it.
 */
public final class Agenda {
    /** Disks have better to do than to be looked through from several sides. */
    static final int AT_ONCE = 2;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /** After a start those that are overdue begin within so long. */
    private static final Duration SPREAD = Duration.ofMinutes(1);

    private final Map<String, Line> lines = new TreeMap<>();
    private final long seed;

    /**
     * Begin one.
     *
     * @param attempt from 1
     */
    public record Clean(CleanupSpec spec, int attempt) {}

    private static final class Line {
        private CleanupSpec spec;
        private MonoTime due = MonoTime.NEVER;
        private MonoTime begun = MonoTime.NEVER;
        private int attempt;
        private boolean running;
        private boolean asked;

        Line(CleanupSpec spec) {
            this.spec = spec;
        }
    }

    /** @param seed of this host, by which hosts with one file differ */
    public Agenda(long seed) {
        this.seed = seed;
    }

    /**
     * From now on these are the cleanups. What runs goes on.
     *
     * @param last when each last began, as far as that is known
     */
    public void configure(Collection<CleanupSpec> specs, Map<String, Instant> last, Now now) {
        var names = specs.stream().map(CleanupSpec::name).toList();
        lines.keySet().removeIf(n -> !names.contains(n));
        for (CleanupSpec spec : specs) {
            Line line = lines.get(spec.name());
            if (line == null) {
                line = new Line(spec);
                lines.put(spec.name(), line);
                line.due = first(spec, last.get(spec.name()), now);
            } else if (!line.spec.equals(spec)) {
                boolean other = !java.util.Objects.equals(line.spec.every(), spec.every());
                line.spec = spec;
                line.due = other ? first(spec, last.get(spec.name()), now) : line.due;
            }
        }
    }

    private MonoTime first(CleanupSpec spec, @Nullable Instant last, Now now) {
        Duration every = spec.every();
        if (every == null) {
            return MonoTime.NEVER;
        }
        Duration since = last == null ? every : Duration.between(last, now.wall());
        // A clock that was set back makes nothing wait longer than its period.
        Duration left = since.isNegative() ? every : every.minus(since);
        Duration spread = every.compareTo(SPREAD) < 0 ? every : SPREAD;
        Duration later = Duration.ofNanos((long) (spread.toNanos() * share(spec.name())));
        return now.mono().plus(left.isPositive() && left.compareTo(later) > 0 ? left : later);
    }

    /** 0 to 1, the same for ever. */
    private double share(String name) {
        long mixed = (seed ^ name.hashCode()) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return (mixed >>> 11) / (double) (1L << 53);
    }

    /** Runs it as soon as it can. @return false when there is none, or it runs now */
    public boolean ask(String name) {
        Line line = lines.get(name);
        if (line == null || line.running) {
            return false;
        }
        line.asked = true;
        return true;
    }

    /** What begins now. */
    public List<Clean> begin(Now now) {
        var begun = new ArrayList<Clean>();
        long running = lines.values().stream().filter(l -> l.running).count();
        for (Line line : lines.values()) {
            boolean due = line.asked || !now.mono().isBefore(line.due);
            if (due && !line.running && running < AT_ONCE) {
                running++;
                line.running = true;
                line.asked = false;
                line.begun = now.mono();
                line.attempt++;
                line.due = MonoTime.NEVER;
                begun.add(new Clean(line.spec, line.attempt));
            }
        }
        return begun;
    }

    /**
     * One that was begun is over.
     *
     * @return when it is tried again; empty: it is not
     */
    public Optional<MonoTime> ended(String name, boolean done, Now now) {
        Line line = lines.get(name);
        if (line == null) {
            return Optional.empty(); // configured away
        }
        line.running = false;
        Duration every = line.spec.every();
        if (!done && every != null && line.attempt <= line.spec.retry()) {
            Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(line.attempt - 1, 10));
            line.due = now.mono().plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
            return Optional.of(line.due);
        }
        line.attempt = 0;
        line.due = every == null ? MonoTime.NEVER : line.begun.plus(every);
        return Optional.empty();
    }

    public MonoTime deadline() {
        long running = lines.values().stream().filter(l -> l.running).count();
        MonoTime next = MonoTime.NEVER;
        for (Line line : lines.values()) {
            if (!line.running && running < AT_ONCE) {
                next = MonoTime.earliest(next, line.asked ? new MonoTime(0) : line.due);
            }
        }
        return next;
    }

    /** When it is due next; empty: when asked for, or it runs. */
    public Optional<MonoTime> due(String name) {
        Line line = lines.get(name);
        return line == null || line.due.equals(MonoTime.NEVER) ? Optional.empty() : Optional.of(line.due);
    }

    /** Attempts since it was last due; 0: it is not on its way. */
    public int attempts(String name) {
        Line line = lines.get(name);
        return line == null ? 0 : line.attempt;
    }

    public boolean running(String name) {
        Line line = lines.get(name);
        return line != null && line.running;
    }
}
