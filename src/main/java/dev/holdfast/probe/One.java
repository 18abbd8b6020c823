package dev.holdfast.probe;

import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.heal.Bound;
import dev.holdfast.heal.Ladder;
import dev.holdfast.heal.Reading;
import dev.holdfast.heal.Ward;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One probe over time. */
final class One {
    /** Of which one in a row could be luck. */
    private static final int LOOKS_TO_CLEAR = 2;

    private final ProbeSpec spec;
    private final Ward ward;
    private final Ladder ladder;
    private MonoTime due;
    /** Numbers of questions differ between probes of one name, too: late answers to a former one are ignored. */
    private long number;

    private boolean asked;
    /** Whether it was told how it is, be it good or bad. */
    private boolean settled;

    private MonoTime askedAt = MonoTime.NEVER;

    private @Nullable Sample last;
    /** Of the last: when the question was put. */
    private @Nullable MonoTime lastAsked;

    private @Nullable Instant at;
    private @Nullable Severity severity;
    private @Nullable Instant since;

    One(ProbeSpec spec, MonoTime due) {
        this.spec = spec;
        this.due = due;
        this.number = due.nanos();
        var bounds = new ArrayList<Bound>();
        spec.critical().forEach(t -> bounds.add(bound(Severity.CRITICAL, t)));
        spec.warning().forEach(t -> bounds.add(bound(Severity.WARNING, t)));
        this.ward = new Ward(bounds);
        this.ladder = new Ladder(spec.recover());
    }

    private static Bound bound(Severity severity, Threshold t) {
        return switch (t) {
            case Threshold.Lasting(String state, Duration time) ->
                new Bound(state, severity, t, time, Duration.ZERO, LOOKS_TO_CLEAR);
            case Threshold.Compare c ->
                new Bound(String.valueOf(c.subject()), severity, t, Duration.ZERO, Duration.ZERO, LOOKS_TO_CLEAR);
            case Threshold.Pressure _ -> throw new IllegalArgumentException("a probe measures no pressure");
        };
    }

    ProbeSpec spec() {
        return spec;
    }

    void remember(int index, MonoTime then) {
        ladder.remember(index, then);
    }

    MonoTime deadline() {
        return asked ? MonoTime.NEVER : due;
    }

    void tick(Now now, List<Action> actions) {
        if (!asked && !now.mono().isBefore(due)) {
            asked = true;
            askedAt = now.mono();
            due = now.mono().plus(spec.every());
            actions.add(new Action.Ask(spec, ++number));
        }
    }

    void answered(long to, Sample sample, Now now, List<Action> actions) {
        if (!asked || to != number) {
            return;
        }
        asked = false;
        last = sample;
        lastAsked = askedAt;
        at = now.wall();
        ward.bounds().forEach(b -> b.look(reading(b, sample), shown(b, sample), now.mono()));
        tell(now, actions);
        heal(now, actions);
        sooner(now);
    }

    private static Reading reading(Bound b, Sample s) {
        return switch (b.threshold()) {
            case Threshold.Lasting _ -> s.up() ? Reading.WITHIN : Reading.BEYOND;
            case Threshold.Compare c -> {
                Double value = s.values().get(b.subject());
                yield value == null ? Reading.UNKNOWN : Reading.of(c, value);
            }
            case Threshold.Pressure _ -> Reading.UNKNOWN;
        };
    }

    private static String shown(Bound b, Sample s) {
        Double value = s.values().get(b.subject());
        return b.threshold() instanceof Threshold.Lasting
                ? s.up() ? "up" : "down"
                : value == null ? "unknown" : Values.shown(b.subject(), value);
    }

    private void tell(Now now, List<Action> actions) {
        Severity before = severity;
        Severity after = ward.severity().orElse(null);
        if (before != after || since == null) {
            since = now.wall();
        }
        severity = after;
        if (after != null) {
            actions.add(new Action.Raise(view(), before, before != after));
        } else if (before != null || (!settled && !ward.pending())) {
            actions.add(new Action.Clear(view(), before == null));
        } else {
            return;
        }
        settled = true;
    }

    private void heal(Now now, List<Action> actions) {
        for (Ladder.Turn turn : ladder.looked(when -> ward.holds(when, now.mono()), ward::unsure, now.mono())) {
            switch (turn) {
                case Ladder.Turn.Act(int index, RecoverSpec step) -> actions.add(new Action.Act(spec, index, step));
                case Ladder.Turn.Helped(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(spec, step.words() + " helped", true));
                case Ladder.Turn.DidNotHelp(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(spec, step.words() + " did not help", false));
                case Ladder.Turn.TooOften(int _, RecoverSpec step) ->
                    actions.add(new Action.Tell(
                            spec, step.words() + " is not done again: at most " + step.atMost(), false));
            }
        }
    }

    /** What is about to be raised, or to be known, does not wait for the period. */
    private void sooner(Now now) {
        for (Bound b : ward.bounds()) {
            Optional<MonoTime> raised = b.raisedAt();
            if (raised.isPresent()) {
                due = MonoTime.earliest(due, raised.get());
            }
        }
        due = MonoTime.earliest(due, ladder.deadline());
        due = due.isBefore(now.mono()) ? now.mono() : due;
    }

    void acted(int index, Now now) {
        ladder.ended(index, now.mono());
        due = MonoTime.earliest(due, ladder.deadline());
    }

    ProbeView view() {
        return new ProbeView(
                spec,
                last,
                lastAsked,
                at,
                severity,
                ward.raised().stream()
                        .map(b -> b.threshold() instanceof Threshold.Lasting
                                ? b.threshold() + (last == null ? "" : ": " + last.detail())
                                : b.subject() + " is " + b.value() + " (" + b.threshold() + ")")
                        .toList(),
                since,
                ladder.doing().map(RecoverSpec::words).orElse(null));
    }
}
