package dev.holdfast.event;

import java.time.Duration;

/**
 * What the leader and the children it waited for used, from wait4's rusage (getrusage(2)).
 *
 * @param cpu user plus system time
 * @param maxRssBytes the largest resident set of any one of them
 */
public record Usage(Duration cpu, long maxRssBytes) {}
