package dev.holdfast.log;

import java.nio.file.Path;

/**
 * Where one replica's output goes.
 *
 * @param label such as {@code web/0}, for the foreground
 * @param file the current file; older ones are {@code FILE.1}, {@code FILE.2} and so on
 * @param maxSizeBytes rotated when it is about to pass this; one batch (64 KiB of output) may overshoot
 * @param maxBackups older files kept, 0 or more
 */
public record LogTarget(String label, Path file, long maxSizeBytes, int maxBackups) {}
