package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * {@code TIME stdout F TEXT}. P in place of F: the line goes on in the next record. {@code :c} behind it: the record
 * belongs with the one before. Further tags say whose the records are from here on.
 */
final class PrefixedEncoder implements Encoder {
    private static final byte[] STDOUT = ascii(" stdout F ");
    private static final byte[] STDERR = ascii(" stderr F ");

    private final Stamp stamp = new Stamp();
    private Instant at = Instant.MIN;
    private boolean stderr;
    private String tags = "";
    private byte[] whole = {};

    @Override
    public void begin(Entry first, String newTags) {
        tags = newTags;
    }

    @Override
    public void line(Entry e, LineWriter writer, Fd to) {
        if (!e.at().equals(at) || e.stderr() != stderr) {
            at = e.at();
            stderr = e.stderr();
            byte[] time = stamp.of(at);
            byte[] behind = stderr ? STDERR : STDOUT;
            whole = Arrays.copyOf(time, time.length + behind.length);
            System.arraycopy(behind, 0, whole, time.length, behind.length);
        }
        int end = e.offset() + e.length();
        if (!e.isJoined()) {
            one(e, writer, to, e.offset(), end, true, e.whole());
            return;
        }
        int from = e.offset();
        boolean first = true;
        do {
            int eol = Scan.lineEnd(e.bytes(), from, end);
            one(e, writer, to, from, eol, first, eol < end || e.whole());
            from = eol + 1;
            first = false;
        } while (from <= end);
    }

    private void one(Entry e, LineWriter writer, Fd to, int from, int end, boolean first, boolean ended) {
        int part = from;
        while (end - part > Carries.MAX_LINE) {
            writer.record(to, prefix(first, false), e.bytes(), part, Carries.MAX_LINE);
            part += Carries.MAX_LINE;
        }
        writer.record(to, prefix(first, ended), e.bytes(), part, end - part);
    }

    private byte[] prefix(boolean first, boolean ended) {
        if (first && ended && tags.isEmpty()) {
            return whole;
        }
        String head = new String(whole, 0, whole.length - 2, StandardCharsets.US_ASCII);
        String marks = (ended ? "F" : "P") + (first ? "" : ":c") + tags + " ";
        tags = "";
        return ascii(head + marks);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
