package dev.holdfast.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A line for people: {@code web/0 | text}, behind its time where that is not known otherwise. */
final class TextLine {
    private TextLine() {}

    static byte[] of(Entry e, boolean timed, boolean terminal) {
        String head = (timed ? Stamp.TIME.format(e.at()) + " " : "") + e.label() + " | ";
        byte[] before = head.getBytes(StandardCharsets.UTF_8);
        byte[] text = e.bytes();
        int end = e.offset() + e.length();
        var out = new ByteArrayOutputStream(before.length + e.length() + 1);
        int from = e.offset();
        do {
            int eol = Scan.lineEnd(text, from, end);
            out.writeBytes(before);
            if (terminal) {
                out.writeBytes(Visible.of(text, from, eol - from));
            } else {
                out.write(text, from, eol - from);
            }
            out.write('\n');
            from = eol + 1;
        } while (from <= end);
        return out.toByteArray();
    }

    static byte[] json(Entry e) {
        byte[] object = JsonEncoder.object(e);
        byte[] line = java.util.Arrays.copyOf(object, object.length + 1);
        line[object.length] = '\n';
        return line;
    }
}
