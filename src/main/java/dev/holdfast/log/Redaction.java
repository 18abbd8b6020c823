package dev.holdfast.log;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of lines what must not be stored or shown. Patterns are RE2's, matched in time linear in the line's length.
 * They see UTF-8; a byte that is none they see as one character SUB, so that no broken byte hides what follows it. All
 * other bytes stay as they are. One thread owns it.
 */
final class Redaction {
    static final byte[] MARK = "[redacted]".getBytes(StandardCharsets.US_ASCII);

    private final Matcher[] matchers;

    Redaction(List<String> patterns) {
        this.matchers = patterns.stream()
                .map(p -> Pattern.compile(p).matcher(new byte[0]))
                .toArray(Matcher[]::new);
    }

    /**
     * Ranges of {@code text} to take out: begin and end in turn, in order, neither empty nor touching; null when there
     * are none.
     */
    int @Nullable [] find(byte[] text, int offset, int length) {
        byte[] seen = Utf8.decodable(text, offset, length);
        boolean[] out = null;
        for (Matcher m : matchers) {
            m.reset(seen);
            while (m.find()) {
                if (m.end() > m.start()) {
                    out = out == null ? new boolean[length] : out;
                    Arrays.fill(out, m.start(), m.end(), true);
                }
            }
        }
        return out == null ? null : ranges(out, offset);
    }

    private static int[] ranges(boolean[] out, int offset) {
        int[] ranges = new int[8];
        int n = 0;
        for (int i = 0; i < out.length; i++) {
            boolean edge = out[i] != (i > 0 && out[i - 1]);
            if (edge) {
                ranges = n + 1 >= ranges.length ? Arrays.copyOf(ranges, 2 * ranges.length) : ranges;
                ranges[n++] = offset + i;
            }
        }
        if (n % 2 == 1) {
            ranges[n++] = offset + out.length;
        }
        return Arrays.copyOf(ranges, n);
    }

    /** The bytes of [from, to) with {@link #MARK} in place of the ranges, which lie wholly within or wholly without. */
    static byte[] apply(byte[] text, int from, int to, int[] ranges) {
        byte[] out = new byte[to - from + ranges.length / 2 * MARK.length];
        int n = 0;
        int at = from;
        for (int i = 0; i < ranges.length && ranges[i] < to; i += 2) {
            if (ranges[i + 1] <= from) {
                continue;
            }
            System.arraycopy(text, at, out, n, ranges[i] - at);
            n += ranges[i] - at;
            System.arraycopy(MARK, 0, out, n, MARK.length);
            n += MARK.length;
            at = ranges[i + 1];
        }
        System.arraycopy(text, at, out, n, to - at);
        return Arrays.copyOf(out, n + to - at);
    }
}
