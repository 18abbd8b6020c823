package dev.holdfast.schedule;

import dev.holdfast.config.ScheduleSpec.CatchUp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a schedule owes at a moment.
 *
 * @param missed to be run because catch_up says so, in order
 * @param now to be run because it is due; null: nothing
 * @param lost the latest that is left out; null: nothing is
 * @param times how many are left out with it, counted up to {@link #COUNTED}
 */
record Dues(
        List<Instant> missed,
        @Nullable Instant now,
        @Nullable Instant lost,
        int times) {
    /** Of a day of minutes nobody needs to know more than that it was many. */
    static final int COUNTED = 1000;

    /** Later than this a due time counts as missed: nobody looked for so long. */
    static final Duration TARDY = Duration.ofMinutes(1);

    /**
     * @param until the wall clock, without the schedule's jitter
     * @param excused a small jump of the clock went over it: its last fixed time is not lost, as in Vixie cron
     */
    static Dues of(Line line, Instant until, boolean excused) {
        List<Instant> all = line.spec.timing().last(line.considered, until, COUNTED);
        if (all.isEmpty()) {
            return new Dues(List.of(), null, null, 0);
        }
        Instant newest = all.getLast();
        boolean timely = Duration.between(newest, until).compareTo(TARDY) <= 0
                || (excused && line.spec.timing().fixed());
        CatchUp catchUp = line.spec.catchUp();
        if (timely && (all.size() == 1 || catchUp != CatchUp.ALL)) {
            return new Dues(List.of(), newest, all.size() == 1 ? null : all.get(all.size() - 2), all.size() - 1);
        }
        int run = switch (catchUp) {
            case NONE -> 0;
            case LAST -> 1;
            case ALL -> Math.min(all.size(), line.spec.catchUpAtMost());
        };
        int lost = all.size() - run;
        return new Dues(all.subList(lost, all.size()), null, lost == 0 ? null : all.get(lost - 1), lost);
    }
}
