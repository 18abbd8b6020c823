package dev.holdfast.unit;

import java.time.Instant;

/**
 * One reading of both clocks, handed to every decision. Deadlines use {@code mono}; people are told {@code wall}.
 *
 * @param wall the wall clock, which may jump in either direction
 * @param mono the monotonic clock, which never does
 */
public record Now(Instant wall, MonoTime mono) {}
