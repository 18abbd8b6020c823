package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec.AlertSpec;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Threshold;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which thresholds of a queue are passed. Pure. */
public final class Alarms {
    private Alarms() {}

    /**
     * @param oldest how long what could run has waited; null: nothing could
     * @param succeeded within the alert's window, as {@code failed}
     * @return a sentence for each; empty: all is well
     */
    public static List<String> of(
            @Nullable AlertSpec spec, long waiting, @Nullable Duration oldest, long succeeded, long failed) {
        var passed = new ArrayList<String>();
        if (spec == null) {
            return passed;
        }
        if (spec.length() instanceof Threshold.Compare(var _, var how, Threshold.Bound.Count(BigDecimal bound))
                && how.holds(BigDecimal.valueOf(waiting).compareTo(bound))) {
            passed.add(waiting + " jobs wait (" + spec.length() + ")");
        }
        if (oldest != null
                && spec.age() instanceof Threshold.Compare(var _, var how, Threshold.Bound.Time(Duration bound))
                && how.holds(oldest.compareTo(bound))) {
            passed.add("the oldest has waited " + Durations.format(oldest.truncatedTo(ChronoUnit.SECONDS)) + " ("
                    + spec.age() + ")");
        }
        Double most = spec.failures();
        long all = succeeded + failed;
        if (most != null && all > 0 && (double) failed / all > most) {
            passed.add(failed + " of " + all + " jobs failed within " + Durations.format(spec.window()) + " (over "
                    + BigDecimal.valueOf(most * 100).stripTrailingZeros().toPlainString() + "%)");
        }
        return List.copyOf(passed);
    }
}
