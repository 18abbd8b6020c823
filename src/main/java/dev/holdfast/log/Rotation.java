package dev.holdfast.log;

/**
 * When a new file is begun, and what becomes of the old.
 *
 * @param maxSizeBytes rotated when it is about to pass this; one batch (64 KiB of output) may overshoot
 * @param maxBackups older files kept, 0 or more
 */
public record Rotation(long maxSizeBytes, int maxBackups) {}
