package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * {@code TIME stdout F TEXT}. P in place of F: the line goes on in the next record. {@code :c} behind it: the record
 * belongs with the one before. Further tags say whose the records are from here on.
 */
final class PrefixedEncoder implements Encoder {
    static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private Instant at = Instant.MIN;
    private boolean stderr;
    private String tags = "";
    private byte[] whole = {};
    private byte[] piece = {};
    private byte[] joined = {};
    private byte[] joinedPiece = {};

    @Override
    public void begin(Entry first, String newTags) {
        tags = newTags;
        prefixes(first);
    }

    private void prefixes(Entry e) {
        at = e.at();
        stderr = e.stderr();
        String head = TIME.format(at) + (stderr ? " stderr " : " stdout ");
        whole = ascii(head + "F ");
        piece = ascii(head + "P ");
        joined = ascii(head + "F:c ");
        joinedPiece = ascii(head + "P:c ");
    }

    @Override
    public void line(Entry e, LineWriter writer, Fd to) {
        if (!e.at().equals(at) || e.stderr() != stderr) {
            prefixes(e);
        }
        if (!e.isJoined()) {
            one(e, writer, to, e.offset(), e.offset() + e.length(), true, e.whole());
            return;
        }
        byte[] text = e.bytes();
        int end = e.offset() + e.length();
        int from = e.offset();
        boolean first = true;
        do {
            int eol = from;
            while (eol < end && text[eol] != '\n') {
                eol++;
            }
            one(e, writer, to, from, eol, first, eol < end || e.whole());
            from = eol + 1;
            first = false;
        } while (from <= end);
    }

    private void one(Entry e, LineWriter writer, Fd to, int from, int end, boolean first, boolean ended) {
        int at = from;
        while (end - at > Carries.MAX_LINE) {
            put(e, writer, to, first ? piece : joinedPiece, at, Carries.MAX_LINE);
            at += Carries.MAX_LINE;
        }
        put(e, writer, to, ended ? first ? whole : joined : first ? piece : joinedPiece, at, end - at);
    }

    private void put(Entry e, LineWriter writer, Fd to, byte[] prefix, int from, int length) {
        byte[] head = prefix;
        if (!tags.isEmpty()) {
            String plain = new String(prefix, 0, prefix.length - 1, StandardCharsets.US_ASCII);
            head = ascii(plain + tags + " ");
            tags = "";
        }
        writer.record(to, head, e.bytes(), from, length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
