package dev.holdfast.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the leader and the children it waited for used, from wait4's rusage (getrusage(2)).
 *
 * @param cpu user plus system time
 * @param maxRssBytes the largest resident set of any one of them; null when unknown: the kernel counts the daemon's own
 *     pages at the moment of spawning as the child's, so that a smaller child cannot be told apart
 */
public record Usage(Duration cpu, @Nullable Long maxRssBytes) {}
