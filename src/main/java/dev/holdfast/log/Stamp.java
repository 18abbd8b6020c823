package dev.holdfast.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Times as log files have them: ISO 8601 in UTC with nanoseconds. A formatter is asked once a second. Not thread-safe. */
final class Stamp {
    static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
    private static final int DIGITS = 9;

    private long second = Long.MIN_VALUE;
    private byte[] text = {};

    /** Valid until the next call. */
    byte[] of(Instant at) {
        long now = at.getEpochSecond();
        int rest = at.getNano();
        if (now != second) {
            second = now;
            text = TIME.format(at).getBytes(StandardCharsets.US_ASCII);
            return text;
        }
        for (int i = text.length - 2; i >= text.length - 1 - DIGITS; i--) { // a Z is last
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return text;
    }
}
