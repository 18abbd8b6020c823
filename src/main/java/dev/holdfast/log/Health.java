package dev.holdfast.log;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;

/**
 * Whether a file can be written. On a full disk a small batch may fit into what is left of a page, and the next one not:
 * that is one trouble, not two. One thread owns it.
 */
final class Health {
    private static final long CONVINCING_BYTES = 16 << 10;
    private static final Duration CONVINCING_TIME = Duration.ofSeconds(10);

    private boolean troubled;
    private long missing;
    private long worked;
    private MonoTime failedAt = MonoTime.NEVER;

    /** @return whether this is the first of its trouble */
    boolean failed(long bytes, MonoTime now) {
        boolean first = !troubled;
        missing = first ? bytes : missing + bytes;
        troubled = true;
        worked = 0;
        failedAt = now;
        return first;
    }

    /** @return whether a trouble is over by this */
    boolean worked(long bytes, MonoTime now) {
        if (!troubled) {
            return false;
        }
        worked += bytes;
        troubled = worked < CONVINCING_BYTES && now.isBefore(failedAt.plus(CONVINCING_TIME));
        return !troubled;
    }

    /** Bytes that the last trouble cost. */
    long missing() {
        return missing;
    }
}
