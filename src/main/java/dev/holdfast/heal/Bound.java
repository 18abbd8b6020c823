package dev.holdfast.heal;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.Optional;

/**
 * One threshold over time: raised when it has been passed for a while, cleared when it has not been for a while. One
 * thread owns it.
 */
public final class Bound {
    private final String subject;
    private final Severity severity;
    private final Threshold threshold;
    private final Duration raiseAfter;
    private final Duration clearAfter;
    private final int clearLooks;

    private Reading last = Reading.UNKNOWN;
    private String value = "";
    private boolean raised;
    private MonoTime begun = MonoTime.NEVER;
    private MonoTime within = MonoTime.NEVER;
    private int looks;

    /**
     * @param subject what is measured
     * @param raiseAfter it is passed for so long
     * @param clearAfter it is not passed for so long
     * @param clearLooks and at so many looks in a row, 1 or more
     */
    public Bound(
            String subject,
            Severity severity,
            Threshold threshold,
            Duration raiseAfter,
            Duration clearAfter,
            int clearLooks) {
        this.subject = subject;
        this.severity = severity;
        this.threshold = threshold;
        this.raiseAfter = raiseAfter;
        this.clearAfter = clearAfter;
        this.clearLooks = clearLooks;
    }

    /** @param shown the value for people */
    public void look(Reading reading, String shown, MonoTime at) {
        last = reading;
        value = shown;
        switch (reading) {
            case BEYOND -> {
                begun = begun.equals(MonoTime.NEVER) ? at : begun;
                calm();
                raised |= at.since(begun).compareTo(raiseAfter) >= 0;
            }
            case BETWEEN -> {
                begun = raised ? begun : MonoTime.NEVER;
                calm();
            }
            case WITHIN -> {
                within = within.equals(MonoTime.NEVER) ? at : within;
                looks++;
                if (!raised || (at.since(within).compareTo(clearAfter) >= 0 && looks >= clearLooks)) {
                    raised = false;
                    begun = MonoTime.NEVER;
                }
            }
            case UNKNOWN -> {}
        }
    }

    private void calm() {
        within = MonoTime.NEVER;
        looks = 0;
    }

    /** When it will be raised if it goes on so; empty: it is, or it is not passed. */
    public Optional<MonoTime> raisedAt() {
        return raised || last != Reading.BEYOND ? Optional.empty() : Optional.of(begun.plus(raiseAfter));
    }

    /** Whether it is raised, passed at this moment, and has been for so long. */
    boolean holds(Duration lasting, MonoTime now) {
        return raised && last == Reading.BEYOND && now.since(begun).compareTo(lasting) >= 0;
    }

    /** Whether it is raised, and was not seen to be well, nor to be passed still. */
    boolean unsure() {
        return raised && (last == Reading.UNKNOWN || last == Reading.BETWEEN);
    }

    public boolean raised() {
        return raised;
    }

    public String subject() {
        return subject;
    }

    public Severity severity() {
        return severity;
    }

    public Threshold threshold() {
        return threshold;
    }

    /** As it was looked at last, for people; empty: never. */
    public String value() {
        return value;
    }
}
