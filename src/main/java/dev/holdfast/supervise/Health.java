package dev.holdfast.supervise;

import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.HealthSpec.BreakerSpec;
import dev.holdfast.config.HealthSpec.Check;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Readiness, liveness and the breaker of one replica. Readiness is asked until it is reached, liveness from then on. The
 * breaker outlives the instance: it counts the restarts that health has caused.
 */
final class Health {
    /** What a probe's answer, or its absence, came to. */
    enum Verdict {
        NOTHING,
        READY,
        /** Liveness came back above its threshold. */
        RECOVERED,
        /** Liveness fell below its threshold. */
        UNHEALTHY
    }

    /** Whether health may restart the replica. */
    enum Breaker {
        CLOSED,
        OPEN,
        HALF_OPEN;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private boolean ready;
    private boolean unhealthy;
    private int successes;
    private int failures;
    private long sequence;
    private boolean asked;
    private MonoTime began = MonoTime.NEVER;
    private MonoTime nextProbe = MonoTime.NEVER;
    /** When to ask again once the answer is there: not to be held up by a timeout that is longer than the period. */
    private MonoTime nextPeriod = MonoTime.NEVER;

    /** It may have said that it is ready while nobody listened. */
    private boolean unheard;
    /** Its readiness was taken for granted, and nothing has shown it since. */
    private boolean presumed;

    private String detail = "";

    private Breaker breaker = Breaker.CLOSED;
    private int healthRestarts;
    private MonoTime openUntil = MonoTime.NEVER;

    /** A new instance runs. */
    void started(ProcessSpec spec, MonoTime now) {
        began = now;
        ready = spec.readiness() == null;
        unhealthy = false;
        unheard = false;
        presumed = false;
        successes = 0;
        failures = 0;
        sequence++;
        asked = false;
        detail = "";
        HealthSpec first = current(spec);
        nextProbe = first == null ? MonoTime.NEVER : now.plus(first.initialDelay());
    }

    /** What runs was started under an earlier daemon: a notice sent between that one's death and now is lost. */
    void adopted(ProcessSpec spec) {
        unheard = !ready && byNotice(spec);
        if (unheard) {
            detail = "not known to be ready: a READY=1 sent while no daemon ran is lost";
        }
    }

    /** Whether its silence says nothing. */
    boolean unheard() {
        return unheard;
    }

    /** Nothing more is waited for. */
    void presume(ProcessSpec spec, MonoTime now) {
        becomeReady(spec, now);
        presumed = true;
    }

    boolean presumed() {
        return presumed;
    }

    private static boolean byNotice(ProcessSpec spec) {
        HealthSpec readiness = spec.readiness();
        return readiness != null && readiness.check() instanceof Check.Notify;
    }

    /** No instance: nothing is asked. */
    void stopped() {
        unheard = false;
        presumed = false;
        ready = false;
        sequence++;
        asked = false;
        nextProbe = MonoTime.NEVER;
    }

    boolean ready() {
        return ready;
    }

    /** From when on readiness is waited for: the start, or the adoption of what had started long before. */
    MonoTime began() {
        return began;
    }

    boolean healthy() {
        return ready && !unhealthy;
    }

    String detail() {
        return detail;
    }

    Breaker breaker() {
        return breaker;
    }

    MonoTime nextDeadline() {
        return nextProbe;
    }

    /** The check to ask now; null when none is due. The answer must carry {@link #sequence}. */
    @Nullable
    HealthSpec due(ProcessSpec spec, MonoTime now) {
        HealthSpec check = current(spec);
        if (check == null || now.isBefore(nextProbe)) {
            return null;
        }
        nextPeriod = now.plus(check.period());
        nextProbe = check.period().compareTo(check.timeout()) > 0 ? nextPeriod : now.plus(check.timeout());
        asked = true;
        sequence++;
        return check;
    }

    /** The period has passed without an answer: no answer is one too, and never two questions at once. */
    boolean overdue(MonoTime now) {
        return asked && !now.isBefore(nextProbe);
    }

    /** What is asked may have changed under a running instance. */
    void reconfigured(ProcessSpec spec, MonoTime now) {
        HealthSpec check = current(spec);
        if (!ready && spec.readiness() == null) {
            ready = true;
            check = current(spec);
        }
        unheard &= byNotice(spec);
        sequence++;
        asked = false;
        nextProbe = check == null ? MonoTime.NEVER : now.plus(check.period());
    }

    long sequence() {
        return sequence;
    }

    Verdict notified(ProcessSpec spec, String message, MonoTime now) {
        boolean says = byNotice(spec) && message.lines().anyMatch("READY=1"::equals);
        if (says && !ready) {
            return becomeReady(spec, now);
        }
        boolean shown = says && presumed;
        presumed &= !says;
        return shown ? Verdict.RECOVERED : Verdict.NOTHING;
    }

    Verdict answered(ProcessSpec spec, long answered, boolean healthy, String what, MonoTime now) {
        HealthSpec check = current(spec);
        if (answered != sequence || !asked || check == null) {
            return Verdict.NOTHING;
        }
        asked = false;
        nextProbe = nextPeriod.isBefore(now) ? now : nextPeriod;
        detail = what;
        successes = healthy ? successes + 1 : 0;
        failures = healthy ? 0 : failures + 1;
        if (!ready) {
            return successes >= check.successThreshold() ? becomeReady(spec, now) : Verdict.NOTHING;
        }
        if (successes >= check.successThreshold()) {
            presumed = false;
            healthRestarts = 0;
            breaker = Breaker.CLOSED;
            boolean was = unhealthy;
            unhealthy = false;
            return was ? Verdict.RECOVERED : Verdict.NOTHING;
        }
        if (failures >= check.failureThreshold()) {
            unhealthy = true;
            return Verdict.UNHEALTHY;
        }
        return Verdict.NOTHING;
    }

    /** Whether health may restart the replica now; counts it if so. */
    boolean mayRestart(ProcessSpec spec, MonoTime now) {
        HealthSpec liveness = spec.liveness();
        BreakerSpec limits = liveness == null ? null : liveness.breaker();
        if (limits == null) {
            return true;
        }
        return switch (breaker) {
            case CLOSED -> {
                if (healthRestarts >= limits.maxFailures()) {
                    open(limits.resetTimeout(), now);
                    yield false;
                }
                healthRestarts++;
                yield true;
            }
            case HALF_OPEN -> {
                open(limits.resetTimeout(), now); // the trial failed
                yield false;
            }
            case OPEN -> {
                if (now.isBefore(openUntil)) {
                    yield false;
                }
                breaker = Breaker.HALF_OPEN;
                yield true;
            }
        };
    }

    private void open(Duration resetTimeout, MonoTime now) {
        breaker = Breaker.OPEN;
        openUntil = now.plus(resetTimeout);
    }

    private Verdict becomeReady(ProcessSpec spec, MonoTime now) {
        ready = true;
        unheard = false;
        successes = 0;
        failures = 0;
        asked = false;
        HealthSpec liveness = spec.liveness();
        nextProbe = liveness == null ? MonoTime.NEVER : now.plus(liveness.period());
        return Verdict.READY;
    }

    private @Nullable HealthSpec current(ProcessSpec spec) {
        HealthSpec check = ready ? spec.liveness() : spec.readiness();
        return check == null || check.check() instanceof Check.Notify ? null : check;
    }
}
