package dev.holdfast.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which lines belong together, such as those of a stack trace. At least one pattern is given (RE2; only the first KiB of
 * a line is looked at).
 *
 * @param start a line that matches begins something new; others belong to what is before
 * @param continuation a line that matches belongs to what is before; others begin something new
 * @param maxLines 1 or more
 * @param maxBytes of text, at most {@link Stage#HELD}
 * @param maxWait without a further line, what there is counts as whole
 */
public record Joining(
        @Nullable String start, @Nullable String continuation, int maxLines, int maxBytes, Duration maxWait) {}
