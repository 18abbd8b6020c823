package dev.holdfast.guard;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something to be kept, said, and told.
 *
 * @param rule the rule's name, {@code zombies} or {@code orphans}
 * @param suspect null: it is about all that match together
 * @param why the condition and what was measured, such as {@code cpu > 80% for 2m: 97.3%}
 * @param deed what is done about it, or would be: {@code kill with TERM}
 * @param evidence what was measured over the window
 * @param dry nothing is done
 * @param alert channels that are told
 */
public record Finding(
        Instant at,
        Kind kind,
        String rule,
        @Nullable Suspect suspect,
        String why,
        String deed,
        List<String> evidence,
        boolean dry,
        List<String> alert) {
    /** What has become of it. */
    public enum Kind {
        /** A rule holds, its deed is done. */
        FIRED,
        /** A rule holds, and whom it is about may not be touched. */
        SPARED,
        /** A rule holds, and has done enough for now. */
        HELD_BACK,
        /** What held no longer does, or who was to be ended had gone before anybody was signalled. */
        CLEARED,
        /** What was to be ended has ended. */
        ENDED,
        /** It had not ended in its grace, and is killed. */
        ESCALATED,
        /** What was to be ended did not, and is no longer waited for. */
        STAYS,
        /** Nothing was done: what was seen is no longer so, or it cannot be. */
        REFUSED
    }

    Finding as(Kind other, Instant when, String what) {
        return new Finding(
                when, other, rule, suspect, why, what, other == Kind.FIRED ? evidence : List.of(), dry, alert);
    }

    /** What is one matter: {@code RULE/PID}, or {@code RULE} for all together. */
    public String key() {
        return suspect == null ? rule : rule + "/" + suspect.ref().pid();
    }
}
