package dev.holdfast.client;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** How long to wait before the next try: 0.1 s, doubled up to 10 s, ±20 %. One thread's. */
final class Backoff {
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 10_000;
    private static final int MOST_DOUBLINGS = 7;

    private final DoubleSupplier random;
    private int tries;

    /** @param random 0 to 1 */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** @param asked by the other side, which is heeded up to a minute; null: nothing */
    Duration next(@Nullable Duration asked) {
        long millis = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(MOST_DOUBLINGS, tries++));
        long spread = Math.round(millis * (0.8 + 0.4 * random.getAsDouble()));
        long least = asked == null ? 0 : Math.min(60_000, asked.toMillis());
        return Duration.ofMillis(Math.max(spread, least));
    }

    void reset() {
        tries = 0;
    }
}
