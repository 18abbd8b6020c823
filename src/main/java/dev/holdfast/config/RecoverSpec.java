package dev.holdfast.config;

import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step to recover.
 *
 * @param when what has to be so
 * @param names of cleanups that run
 * @param processes that are restarted or stopped
 * @param command that is run; of other steps empty
 * @param atMost no oftener
 * @param timeout of the command, or of the wait for processes
 * @param settle from its end to the look whether it helped
 */
public record RecoverSpec(
        When when,
        @KeyName("do") Step step,
        List<String> names,
        List<String> processes,
        CommandSpec command,
        Rate atMost,
        Duration timeout,
        Duration settle) {
    /** What a step does. */
    public enum Step {
        RUN_CLEANUP,
        RESTART,
        STOP,
        EXEC
    }

    /**
     * What has to be so, and for how long.
     *
     * @param subject such as memory, or down; null: anything
     * @param severity at least; null: whatever the subject says, as of down
     * @param lasting zero: at once
     */
    public record When(
            @Nullable String subject,
            @Nullable Severity severity,
            @KeyName("for") Duration lasting) {
        @Override
        public String toString() {
            var text = new StringBuilder(subject == null ? "" : subject);
            if (severity != null) {
                text.append(text.isEmpty() ? "" : " ").append(severity.written());
            }
            if (!lasting.isZero()) {
                text.append(" for ").append(dev.holdfast.unit.Durations.format(lasting));
            }
            return text.toString();
        }
    }

    /** In words, such as {@code restart web}. */
    public String words() {
        return switch (step) {
            case RUN_CLEANUP -> "run-cleanup " + String.join(", ", names);
            case RESTART -> "restart " + String.join(", ", processes);
            case STOP -> "stop " + String.join(", ", processes);
            case EXEC -> "exec " + String.join(" ", Redacted.argv(command.argv()));
        };
    }
}
