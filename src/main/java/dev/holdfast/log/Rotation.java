package dev.holdfast.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a new file is begun, and what becomes of the old.
 *
 * @param maxSizeBytes rotated when it is about to pass this; one batch (128 KiB of output) may overshoot
 * @param maxBackups older files kept, 0 or more
 * @param maxAge older files whose last line is older are deleted; null keeps them
 * @param compress older files by gzip
 */
public record Rotation(
        long maxSizeBytes, int maxBackups, @Nullable Duration maxAge, boolean compress) {
    /** Older files are kept as they are. */
    public Rotation(long maxSizeBytes, int maxBackups) {
        this(maxSizeBytes, maxBackups, null, false);
    }
}
