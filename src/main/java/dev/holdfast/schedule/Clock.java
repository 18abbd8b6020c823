package dev.holdfast.schedule;

import dev.holdfast.unit.Now;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells a wall clock that was set from time that has passed. */
final class Clock {
    /** A change of less is no jump: what adjusts clocks slowly moves them by milliseconds. */
    private static final Duration NOTABLE = Duration.ofSeconds(2);

    private @Nullable Now last;

    /** How far the wall clock was set since the last reading; zero when it was not. */
    Duration jump(Now now) {
        Now before = last;
        last = now;
        if (before == null) {
            return Duration.ZERO;
        }
        Duration shown = Duration.between(before.wall(), now.wall());
        Duration jump = shown.minus(now.mono().since(before.mono()));
        return jump.abs().compareTo(NOTABLE) < 0 ? Duration.ZERO : jump;
    }
}
