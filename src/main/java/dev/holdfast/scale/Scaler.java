package dev.holdfast.scale;

import dev.holdfast.config.ScaleSpec;
import dev.holdfast.config.ScaleSpec.By;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas of one process there are to be. A function of what it is told and of the clock it is given; as the
 * horizontal autoscaler of Kubernetes does it: a tolerance, the highest of a window before fewer, and whatever is not
 * known holds the number. One thread owns it.
 */
public final class Scaler {
    /** Figures that are older are none. */
    static final Duration FRESH = Duration.ofSeconds(30);
    /** Without a figure so long, people are told. */
    static final Duration PATIENCE = Duration.ofMinutes(1);
    /** The same is not told again within. */
    static final Duration REPEATED = Duration.ofHours(1);

    private static final int LEAST_STEP = 4;
    /** Of rounding: 3 jobs at 0.1 each are 30 replicas. */
    private static final double ROUNDING = 1e-9;

    private ScaleSpec spec;
    private final Highest highest = new Highest();
    private MonoTime changed;
    /** Since when nothing has moved; null: something does. */
    private @Nullable MonoTime settled;

    private int number = -1;
    private @Nullable MonoTime missing;
    private Reason before = Reason.AS_WANTED;
    private final Map<Reason, MonoTime> told = new EnumMap<>(Reason.class);

    /** @param now it is taken for changed just now: nobody knows what was before */
    public Scaler(ScaleSpec spec, MonoTime now) {
        this.spec = spec;
        this.changed = now;
    }

    /** From now on it is this; what was wanted lately still counts. */
    public void configure(ScaleSpec fresh) {
        spec = fresh;
    }

    public ScaleSpec spec() {
        return spec;
    }

    /**
     * @param held until when people hold the number; null: they do not
     * @param memory null: not known
     */
    public Decision decide(Crew crew, Figure figure, @Nullable MonoTime held, @Nullable Memory memory, MonoTime now) {
        Decision d = decision(crew, figure, held, memory, now);
        if (d.number() != crew.number()) {
            changed(d.number(), now);
        }
        boolean news = isNews(d, now);
        before = d.reason();
        return new Decision(d.number(), d.wanted(), d.reason(), d.why(), news);
    }

    /** Whoever did it: cooldowns count from here. */
    private void changed(int to, MonoTime now) {
        number = to;
        changed = now;
        settled = null;
        highest.add(now, to);
    }

    private boolean isNews(Decision d, MonoTime now) {
        MonoTime since = missing;
        if (!d.reason().isNews()
                || (d.reason() == Reason.NO_FIGURE
                        && (since == null || now.since(since).compareTo(PATIENCE) < 0))) {
            return false;
        }
        MonoTime last = told.get(d.reason());
        boolean lasts = before == d.reason() && last != null && (since == null || !last.isBefore(since));
        if (lasts || (last != null && now.since(last).compareTo(REPEATED) < 0)) {
            return false;
        }
        told.put(d.reason(), now);
        return true;
    }

    private Decision decision(
            Crew crew, Figure figure, @Nullable MonoTime held, @Nullable Memory memory, MonoTime now) {
        int n = crew.number();
        if (n != number) {
            changed(n, now); // by hand, by a reload, or it is the first look
        }
        if (crew.moving() != null || crew.ill() != null || crew.stopped() != null) {
            settled = null;
        } else if (settled == null) {
            settled = now;
        }
        if (held != null && now.isBefore(held)) {
            return hold(n, Reason.BY_HAND, "held by hand for another " + words(held.since(now)), now);
        }
        if (crew.stopped() != null) {
            return hold(n, Reason.STOPPED, crew.stopped() + " was stopped by hand", now);
        }
        if (n != spec.within(n)) {
            return new Decision(
                    spec.within(n), null, Reason.AS_WANTED, "min is " + spec.min() + ", max is " + spec.max(), false);
        }
        return switch (figure) {
            case Figure.Missing(String why) -> unknown(n, why, now);
            case Figure.Known known
            when now.since(known.at()).compareTo(FRESH) > 0 ->
                unknown(n, "its figure is " + words(now.since(known.at())) + " old", now);
            case Figure.Known known -> known(crew, known, memory, now);
        };
    }

    private Decision unknown(int n, String why, MonoTime now) {
        missing = missing == null ? now : missing;
        return hold(n, Reason.NO_FIGURE, why, now);
    }

    /** What holds it now still counts when it no longer does. */
    private Decision hold(int n, Reason reason, String why, MonoTime now) {
        highest.add(now, n);
        return new Decision(n, null, reason, why, false);
    }

    private Decision known(Crew crew, Figure.Known figure, @Nullable Memory memory, MonoTime now) {
        int n = crew.number();
        missing = null;
        if (!spec.by().shared()) {
            if (crew.ill() != null) {
                return hold(n, Reason.ILL, crew.ill(), now);
            }
            MonoTime since = settled;
            if (since == null || figure.from().isBefore(since)) {
                String moving = crew.moving();
                return hold(n, Reason.MOVING, moving != null ? moving : "measured anew since the last change", now);
            }
        }
        double raw = raw(n, figure.value());
        int wanted = spec.within((int) Math.min(Integer.MAX_VALUE, raw));
        highest.add(now, wanted);
        String why = words(figure.value());
        if (wanted > n) {
            return up(crew, wanted, why, memory, now);
        }
        if (wanted < n) {
            return down(crew, wanted, why, now);
        }
        return raw > spec.max()
                ? new Decision(
                        n, wanted, Reason.AT_MAX, why + " would want " + (long) raw + ", max is " + spec.max(), false)
                : new Decision(n, wanted, Reason.AS_WANTED, why, false);
    }

    /** As many as the figure asks for, whatever is allowed; within the tolerance those that are there. */
    private double raw(int n, double value) {
        double target = switch (spec.by()) {
            case By.Queue(var _, double each) -> each;
            case By.Shared(var _, double each) -> each;
            case By.Cpu(var share) -> share.share();
            case By.Level(var _, double level) -> level;
            case By.Latency(var _, Duration latency) -> latency.toNanos() / 1e9;
        };
        double ratio = spec.by().shared() ? value / (target * Math.max(1, n)) : value / target;
        if (n > 0 && Math.abs(ratio - 1) <= spec.tolerance().share() + ROUNDING) {
            return n;
        }
        return Math.max(0, Math.ceil((spec.by().shared() ? value / target : n * ratio) - ROUNDING));
    }

    private Decision up(Crew crew, int wanted, String why, @Nullable Memory memory, MonoTime now) {
        int n = crew.number();
        if (crew.ill() != null) {
            return new Decision(n, wanted, Reason.ILL, crew.ill() + ", more would be no better", false);
        }
        if (crew.moving() != null) {
            return new Decision(n, wanted, Reason.MOVING, crew.moving(), false);
        }
        Duration left = spec.upCooldown().minus(now.since(changed));
        if (left.isPositive()) {
            return new Decision(n, wanted, Reason.UP_COOLDOWN, "more in " + words(left) + ": " + why, false);
        }
        if (memory == null) {
            return new Decision(n, wanted, Reason.MEMORY, "it is not known how much memory there is", false);
        }
        Integer step = spec.step();
        int most = Math.min(wanted - n, step == null ? Math.max(LEAST_STEP, n) : step);
        int fits = memory.fits(most);
        return fits == 0
                ? new Decision(
                        n,
                        wanted,
                        Reason.MEMORY,
                        wanted + " are wanted, but there is no room for one more " + memory.words(),
                        false)
                : new Decision(
                        n + fits,
                        wanted,
                        fits < most ? Reason.MEMORY : Reason.AS_WANTED,
                        fits < most ? why + "; for " + wanted + " there is no room: one more " + memory.words() : why,
                        false);
    }

    private Decision down(Crew crew, int wanted, String why, MonoTime now) {
        int n = crew.number();
        int to = Math.max(wanted, highest.within(spec.downCooldown(), now));
        if (to >= n) {
            return new Decision(
                    n,
                    wanted,
                    Reason.DOWN_COOLDOWN,
                    "fewer in " + words(highest.left(spec.downCooldown(), now)) + " at the earliest: " + why,
                    false);
        }
        if (crew.moving() != null) {
            return new Decision(n, wanted, Reason.MOVING, crew.moving(), false);
        }
        return new Decision(to, wanted, Reason.AS_WANTED, why, false);
    }

    private String words(double value) {
        String n = By.number(value);
        return switch (spec.by()) {
            case By.Queue q -> n + (n.equals("1") ? " job of " : " jobs of ") + q.words();
            case By.Shared s -> n + " by " + s.words();
            case By.Cpu c -> Math.round(100 * value) + "% of " + c.words();
            case By.Level l -> n + " by " + l.words();
            case By.Latency l -> Math.round(1000 * value) + "ms " + l.words();
        };
    }

    private static String words(Duration d) {
        return Durations.format(Duration.ofSeconds(Math.max(1, d.toSeconds())));
    }
}
