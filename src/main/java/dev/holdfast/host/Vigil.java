package dev.holdfast.host;

import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.heal.Bound;
import dev.holdfast.heal.Reading;
import dev.holdfast.heal.Ward;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One value of the host over time. */
final class Vigil {
    private static final int MOST_PLOTTED = 60;
    /** The kernel tells once a window while it lasts; without word for so long it is over. */
    private static final Duration STALL_OVER = Duration.ofSeconds(10);

    private final Watch watch;
    private final Ward ward;
    private final Map<Severity, MonoTime> stalledUntil = new EnumMap<>(Severity.class);
    private final Deque<Double> plotted = new ArrayDeque<>();
    private String value = "not known yet";
    private @Nullable String problem;
    private @Nullable Severity severity;
    private @Nullable Instant since;
    /** Whether it was told how it is, be it good or bad. */
    private boolean settled;

    Vigil(Watch watch) {
        this.watch = watch;
        var bounds = new ArrayList<Bound>();
        Threshold critical = watch.critical();
        Threshold warning = watch.warning();
        if (critical != null) {
            bounds.add(bound(watch, Severity.CRITICAL, critical));
        }
        if (warning != null) {
            bounds.add(bound(watch, Severity.WARNING, warning));
        }
        this.ward = new Ward(bounds);
    }

    /** Without a window two looks are needed to clear it. */
    private static Bound bound(Watch w, Severity severity, Threshold t) {
        return new Bound(
                w.metric().written(),
                severity,
                t,
                w.window(),
                w.window(),
                w.window().isZero() ? 2 : 1);
    }

    Watch watch() {
        return watch;
    }

    boolean holds(RecoverSpec.When when, MonoTime now) {
        return ward.holds(when, now);
    }

    boolean unsure(RecoverSpec.When when) {
        return ward.unsure(when);
    }

    void stalled(Severity by, MonoTime now) {
        stalledUntil.put(by, now.plus(STALL_OVER));
    }

    /** When a look would raise something. */
    MonoTime sooner() {
        MonoTime next = MonoTime.NEVER;
        for (Bound b : ward.bounds()) {
            next = MonoTime.earliest(next, b.raisedAt().orElse(MonoTime.NEVER));
        }
        return next;
    }

    void look(
            Snapshot snapshot,
            @Nullable Snapshot before,
            Duration interval,
            boolean triggered,
            Now now,
            List<Action> actions) {
        Measure m = Measure.of(watch, snapshot, before, interval);
        value = m.shown();
        m.plotted().ifPresent(this::plot);
        String blind = m.problem().isEmpty() ? null : m.problem();
        String saw = problem;
        problem = blind;
        for (Bound b : ward.bounds()) {
            b.look(reading(b, m, snapshot, before, interval, triggered, now.mono()), value, now.mono());
        }
        Severity was = severity;
        severity = ward.severity().orElse(null);
        if (was != severity) {
            since = now.wall();
        }
        if (blind != null && !blind.equals(saw)) {
            actions.add(new Action.Blind(view(), blind));
        }
        if (severity != null) {
            actions.add(new Action.Raise(view(), was, was != severity));
            settled = true;
        } else if (was != null || (!settled && m.known() && !ward.pending())) {
            actions.add(new Action.Clear(view(), was == null));
            settled = true;
        }
    }

    private void plot(double v) {
        plotted.add(v);
        if (plotted.size() > MOST_PLOTTED) {
            plotted.remove();
        }
    }

    private Reading reading(
            Bound b,
            Measure m,
            Snapshot snapshot,
            @Nullable Snapshot before,
            Duration interval,
            boolean triggered,
            MonoTime now) {
        return switch (b.threshold()) {
            case Threshold.Compare c -> m.reading(c);
            case Threshold.Pressure p -> {
                if (triggered) {
                    MonoTime until = stalledUntil.get(b.severity());
                    yield until != null && now.isBefore(until) ? Reading.BEYOND : Reading.WITHIN;
                }
                yield polled(p, snapshot, before, interval);
            }
            case Threshold.Lasting _ -> Reading.UNKNOWN;
        };
    }

    /** Where the kernel does not tell: the mean since the last look, which a short stall may not move. */
    private Reading polled(Threshold.Pressure p, Snapshot snapshot, @Nullable Snapshot before, Duration interval) {
        Snapshot.Stall now = snapshot.stalls().get(watch.of());
        Snapshot.Stall then = before == null ? null : before.stalls().get(watch.of());
        if (now == null || then == null || !interval.isPositive()) {
            return Reading.UNKNOWN;
        }
        long micros = p.full() ? now.fullMicros() - then.fullMicros() : now.someMicros() - then.someMicros();
        double share = micros * 1000.0 / interval.toNanos();
        double bound = (double) p.stall().toNanos() / p.window().toNanos();
        return share >= bound ? Reading.BEYOND : share > bound * 0.95 ? Reading.BETWEEN : Reading.WITHIN;
    }

    WatchView view() {
        return new WatchView(
                watch,
                value,
                problem,
                severity,
                ward.raised().stream()
                        .map(b -> watch.name() + " is " + b.value() + " (" + b.threshold() + ")")
                        .toList(),
                since,
                List.copyOf(plotted));
    }
}
