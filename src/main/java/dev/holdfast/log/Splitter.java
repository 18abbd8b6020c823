package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import java.nio.charset.StandardCharsets;

/** Makes records of what a stream wrote: one a line, or several of a line that is too long. One thread owns it. */
final class Splitter {
    private final LineWriter writer;
    private final Pump.LineListener listener;

    Splitter(LineWriter writer, Pump.LineListener listener) {
        this.writer = writer;
        this.listener = listener;
    }

    /** What no line's end follows stays with the stream. */
    void split(Stream s, Fd to, String time, byte[] bytes, int n) {
        byte[] whole = prefix(time, s.name(), 'F');
        byte[] piece = prefix(time, s.name(), 'P');
        int start = 0;
        while (start < n) {
            int end = start;
            while (end < n && bytes[end] != '\n') {
                end++;
            }
            while (s.carried() + end - start > Carries.MAX_LINE) {
                int part = Carries.MAX_LINE - s.carried();
                s.add(bytes, start, part);
                record(s, to, piece, false, s.carry(), 0, s.carried());
                s.clear();
                start += part;
            }
            if (end == n) {
                s.add(bytes, start, end - start);
            } else if (s.carried() == 0) {
                record(s, to, whole, true, bytes, start, end - start);
            } else {
                s.add(bytes, start, end - start);
                record(s, to, whole, true, s.carry(), 0, s.carried());
                s.clear();
            }
            start = end + 1;
        }
    }

    private void record(Stream s, Fd to, byte[] prefix, boolean whole, byte[] text, int offset, int length) {
        writer.record(to, prefix, text, offset, length);
        listener.line(s.label, s.stderr, whole, text, offset, length);
    }

    static byte[] prefix(String time, String stream, char mark) {
        return (time + " " + stream + " " + mark + " ").getBytes(StandardCharsets.US_ASCII);
    }
}
