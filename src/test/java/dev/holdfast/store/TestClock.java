package dev.holdfast.store;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Stands still until it is told to go on, or is set. */
final class TestClock implements Supplier<Now> {
    static final Instant START = Instant.parse("2026-03-04T05:06:07Z");

    private volatile Now now = new Now(START, new MonoTime(1_000_000_000L));

    @Override
    public Now get() {
        return now;
    }

    Instant wall() {
        return now.wall();
    }

    void pass(Duration d) {
        now = new Now(now.wall().plus(d), now.mono().plus(d));
    }

    /** As somebody sets a clock: no time passes. */
    void set(Duration by) {
        now = new Now(now.wall().plus(by), now.mono());
    }
}
