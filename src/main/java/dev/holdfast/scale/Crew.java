package dev.holdfast.scale;

import org.jspecify.annotations.Nullable;

/**
 * The replicas of a process, as supervision sees them.
 *
 * @param number asked for now
 * @param moving one that is on its way up or down, such as {@code web/3 is starting}; null: none is
 * @param ill one that crashes, was given up or has ended, such as {@code web/3 is backing off}; null: none is
 * @param stopped what people have stopped of it; null: nothing
 */
public record Crew(
        int number,
        @Nullable String moving,
        @Nullable String ill,
        @Nullable String stopped) {}
