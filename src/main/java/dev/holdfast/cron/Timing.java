package dev.holdfast.cron;

import dev.holdfast.unit.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a schedule is due. */
public sealed interface Timing {
    /** The first due time after {@code after}; null when there is none. */
    @Nullable
    Instant next(Instant after);

    /** Whether it is due at fixed times of a day: what a small change of the clock jumps over is not lost. */
    boolean fixed();

    /**
     * The last due times after {@code after} up to and including {@code until}, in order, at most {@code most}. Takes
     * time by their number, not by the time between.
     */
    default List<Instant> last(Instant after, Instant until, int most) {
        Duration window = Duration.ofMinutes(1);
        while (true) {
            Instant from = Duration.between(after, until).compareTo(window) <= 0 ? after : until.minus(window);
            Deque<Instant> found = new ArrayDeque<>();
            Instant due = next(from);
            while (due != null && !due.isAfter(until)) {
                found.addLast(due);
                if (found.size() > most) {
                    found.removeFirst();
                }
                due = next(due);
            }
            if (found.size() == most || from.equals(after)) {
                return List.copyOf(found);
            }
            window = window.multipliedBy(2);
        }
    }

    /**
     * By an expression, on the clocks of a zone.
     *
     * @param expression as written
     */
    record Cron(CronExpression expression, ZoneId zone) implements Timing {
        @Override
        public @Nullable Instant next(Instant after) {
            return expression.next(after, zone);
        }

        @Override
        public boolean fixed() {
            return !expression.followsTheClock();
        }

        @Override
        public String toString() {
            return expression + " " + zone;
        }
    }

    /**
     * Each time that so much has elapsed, whatever local clocks show: at the multiples of {@code period} since
     * 1970-01-01T00:00:00Z, so that neither a restart of the daemon nor another host shifts them.
     *
     * @param period whole seconds, 1 or more
     */
    record Every(Duration period) implements Timing {
        public Every {
            if (!period.isPositive() || period.toNanosPart() != 0) {
                throw new IllegalArgumentException("every is whole seconds, at least 1s");
            }
        }

        @Override
        public Instant next(Instant after) {
            long seconds = period.toSeconds();
            return Instant.ofEpochSecond((Math.floorDiv(after.getEpochSecond(), seconds) + 1) * seconds);
        }

        @Override
        public boolean fixed() {
            return false;
        }

        @Override
        public String toString() {
            return "every " + Durations.format(period);
        }
    }

    /** Once after each boot of the host. */
    record Reboot() implements Timing {
        @Override
        public @Nullable Instant next(Instant after) {
            return null;
        }

        @Override
        public boolean fixed() {
            return false;
        }

        @Override
        public String toString() {
            return "@reboot";
        }
    }
}
