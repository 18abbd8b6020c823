package dev.holdfast.job;

/**
 * The right to make one attempt at a job. Who was given a later one took it away.
 *
 * @param token grows with each claim of the job (fencing)
 */
public record Hold(String job, long token) {}
