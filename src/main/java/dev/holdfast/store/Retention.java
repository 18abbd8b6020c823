package dev.holdfast.store;

import java.time.Duration;

/**
 * What is kept of the past.
 *
 * @param runs of each schedule, 1 to 1,000,000
 * @param age of attempts, positive
 */
public record Retention(int runs, Duration age) {}
