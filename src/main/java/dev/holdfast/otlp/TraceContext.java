package dev.holdfast.otlp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Which trace, and which span of it (W3C Trace Context). Made of the identity of a run or job, so that all its attempts, on
 * whatever host and by whichever daemon, are of one trace without anybody keeping a note.
 *
 * @param trace 32 lower-case hexadecimal digits, not all 0
 * @param span 16 of them, not all 0
 */
public record TraceContext(String trace, String span) {
    private static final int TRACE_BYTES = 16;
    private static final int SPAN_BYTES = 8;

    /**
     * An attempt at a schedule's run.
     *
     * @param run the same for all attempts
     * @param attempt from 1; the first is the root
     */
    public static TraceContext ofRun(String run, int attempt) {
        return of("run\n" + run, "attempt " + attempt);
    }

    /**
     * A job, from its submission to its end.
     *
     * @param submitted tells it from one that bore its id before
     */
    public static TraceContext ofJob(String queue, String job, Instant submitted) {
        return of(job(queue, job, submitted), "job");
    }

    /**
     * An attempt at a job.
     *
     * @param token of its hold, since one that was given back is made again under its number
     */
    public static TraceContext ofAttempt(String queue, String job, Instant submitted, int attempt, long token) {
        return of(job(queue, job, submitted), "attempt " + attempt + "/" + token);
    }

    /** As a program is told it: its own spans are to hang below. Sampled. */
    public String traceparent() {
        return "00-" + trace + "-" + span + "-01";
    }

    /** In milliseconds: a store that keeps microseconds and one that keeps more tell the same. */
    private static String job(String queue, String job, Instant submitted) {
        return "job\n" + queue + "\n" + job + "\n" + submitted.toEpochMilli();
    }

    private static TraceContext of(String whole, String part) {
        return new TraceContext(hex(whole, TRACE_BYTES), hex(whole + "\n" + part, SPAN_BYTES));
    }

    private static String hex(String of, int bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.UTF_8));
            digest[0] |= 1; // never all 0
            return HexFormat.of().formatHex(digest, 0, bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
