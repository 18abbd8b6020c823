package dev.holdfast.log;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a line belongs to the one before it. One thread owns it. */
final class Continuity {
    private static final int HEAD = 1 << 10;

    private final @Nullable Matcher start;
    private final @Nullable Matcher continuation;

    Continuity(Joining joining) {
        this.start = matcher(joining.start());
        this.continuation = matcher(joining.continuation());
    }

    boolean belongs(byte[] text, int from, int end) {
        byte[] head = Utf8.decodable(text, from, Math.min(end - from, HEAD));
        return (start == null || !start.reset(head).find())
                && (continuation == null || continuation.reset(head).find());
    }

    private static @Nullable Matcher matcher(@Nullable String pattern) {
        return pattern == null ? null : Pattern.compile(pattern).matcher(new byte[0]);
    }
}
