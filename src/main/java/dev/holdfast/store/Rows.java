package dev.holdfast.store;

import dev.holdfast.job.Hold;
import dev.holdfast.job.JobState;
import dev.holdfast.store.Jobs.Gate;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Columns as Java has them, and the numbers that jobs' states are in their rows. */
final class Rows {
    /** It waits for its time. */
    static final int DELAYED = 0;
    /** It waits for its turn. */
    static final int READY = 1;
    /** It waits behind another of its key. */
    static final int HELD = 2;

    static final int RUNNING = 3;
    static final int SUCCEEDED = 4;
    static final int FAILED = 5;
    static final int CANCELLED = 6;

    /**
     * Claims of one job that its tokens can tell apart. A hold's token has the job's seq above them: a job that was
     * forgotten, and another that came under its name, have no token in common.
     */
    private static final int CLAIM_BITS = 24;

    /** Of an attempt's output, bytes. */
    private static final int MOST_OUTPUT = 8 << 10;

    private Rows() {}

    static JobState state(int state) {
        return switch (state) {
            case DELAYED, READY, HELD -> JobState.QUEUED;
            case RUNNING -> JobState.RUNNING;
            case SUCCEEDED -> JobState.SUCCEEDED;
            case FAILED -> JobState.FAILED;
            case CANCELLED -> JobState.CANCELLED;
            default -> throw new IllegalStateException("no state " + state);
        };
    }

    /** Of one that is over. */
    static int number(JobState over) {
        return switch (over) {
            case SUCCEEDED -> SUCCEEDED;
            case FAILED -> FAILED;
            case CANCELLED -> CANCELLED;
            case QUEUED, RUNNING -> throw new IllegalArgumentException(over + " is no end");
        };
    }

    static int number(Gate gate) {
        return switch (gate) {
            case OPEN -> 0;
            case PAUSED -> 1;
            case DRAINED -> 2;
        };
    }

    static Gate gate(int number) {
        return switch (number) {
            case 0 -> Gate.OPEN;
            case 1 -> Gate.PAUSED;
            case 2 -> Gate.DRAINED;
            default -> throw new IllegalStateException("no gate " + number);
        };
    }

    static @Nullable Instant instant(ResultSet r, String column) throws SQLException {
        Long micros = whole(r, column);
        return micros == null ? null : Time.instant(micros);
    }

    static @Nullable Long whole(ResultSet r, String column) throws SQLException {
        long value = r.getLong(column);
        return r.wasNull() ? null : (Long) value;
    }

    static @Nullable Integer integer(ResultSet r, String column) throws SQLException {
        int value = r.getInt(column);
        return r.wasNull() ? null : (Integer) value;
    }

    static @Nullable Double real(ResultSet r, String column) throws SQLException {
        double value = r.getDouble(column);
        return r.wasNull() ? null : (Double) value;
    }

    static Hold hold(String id, long seq, long token) {
        return new Hold(id, seq << CLAIM_BITS | token);
    }

    static long seq(Hold hold) {
        return hold.token() >>> CLAIM_BITS;
    }

    static long token(Hold hold) {
        return hold.token() & (1L << CLAIM_BITS) - 1;
    }

    /** Words, as every database can keep them: without NUL, which PostgreSQL's texts cannot hold, and torn pairs. */
    static String words(String s) {
        boolean well = true;
        for (int i = 0; i < s.length() && well; i++) {
            well = s.charAt(i) != 0 && !Character.isSurrogate(s.charAt(i));
        }
        return well
                ? s
                : s.codePoints()
                        .map(c ->
                                c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? '\uFFFD' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    /** The end of an output, from a whole character on. */
    static @Nullable String tail(@Nullable String output) {
        if (output == null) {
            return null;
        }
        byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MOST_OUTPUT) {
            return words(output);
        }
        int from = bytes.length - MOST_OUTPUT;
        while (from < bytes.length && (bytes[from] & 0xc0) == 0x80) {
            from++;
        }
        return words(new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8));
    }
}
