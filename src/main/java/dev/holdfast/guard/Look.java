package dev.holdfast.guard;

import dev.holdfast.unit.MonoTime;
import java.time.Instant;

/**
 * When a look is taken.
 *
 * @param now in monotonic nanoseconds
 * @param before when the look before was taken; now at the first
 * @param blind whether that is so long ago that nobody knows what was in between
 */
record Look(Instant wall, long now, long before, boolean blind, boolean first) {
    MonoTime mono() {
        return new MonoTime(now);
    }
}
