package dev.holdfast.store;

import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Now, for jobs.
 *
 * @param wall what people see, and what delays are by; it may be set
 * @param steady what leases and rates are by: only goes on while the store is open
 * @param ahead what {@code wall} is ahead of this host's own clock: hosts that share a store need not agree on the time
 */
record Moment(long wall, long steady, long ahead) {
    /** A time that this host's clock means, as the store has it. */
    long kept(Instant own) {
        return Time.micros(own) + ahead;
    }

    /** A time of the store's, by this host's clock. */
    Instant own(long kept) {
        return Time.instant(kept - ahead);
    }

    /** Where it comes from: this host's clocks, or the database server's, which all hosts share. */
    interface Source {
        Moment now(Session s) throws SQLException;
    }

    /** Steady is the wall clock when this was made, and what the monotonic clock counted since. */
    static Source of(Supplier<Now> clock) {
        Now first = clock.get();
        long anchor = Time.micros(first.wall());
        MonoTime from = first.mono();
        return _ -> {
            Now now = clock.get();
            return new Moment(
                    Time.micros(now.wall()), anchor + now.mono().since(from).toNanos() / 1000, 0);
        };
    }

    static long micros(Duration d) {
        return d.toSeconds() > Integer.MAX_VALUE ? Integer.MAX_VALUE * 1_000_000L : d.toNanos() / 1000;
    }
}
