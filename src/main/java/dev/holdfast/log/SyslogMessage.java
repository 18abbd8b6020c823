package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** RFC 5424: {@code <PRI>1 TIME HOST PROCESS REPLICA - - TEXT}. */
final class SyslogMessage {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(); // 6.2.3: no more than microseconds
    private static final int LONGEST_HOST = 255;
    private static final int LONGEST_APP = 48;

    private SyslogMessage() {}

    static byte[] of(Entry e, int facility, String host, boolean json) {
        Level level = e.level();
        int severity = (level == null ? Level.INFO : level).severity();
        String head = "<" + (8 * facility + severity) + ">1 " + TIME.format(e.at()) + " " + name(host, LONGEST_HOST)
                + " " + name(e.source().process(), LONGEST_APP) + " "
                + e.source().replica() + " - - ";
        var out = new ByteArrayOutputStream(head.length() + e.length());
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        if (json) {
            out.writeBytes(JsonEncoder.object(e));
        } else {
            out.write(e.bytes(), e.offset(), e.length());
        }
        return out.toByteArray();
    }

    /** PRINTUSASCII, or nothing. */
    private static String name(String text, int most) {
        String plain = text.replaceAll("[^\\x21-\\x7e]", "_");
        return plain.isEmpty() ? "-" : plain.substring(0, Math.min(most, plain.length()));
    }
}
