package dev.holdfast.log;

/** Cuts what a stream wrote into lines, or pieces of a line that is too long, and looks no further. Pure. */
final class Splitter {
    private Splitter() {}

    /** What no line's end follows stays with the stream. */
    static void split(Stream s, byte[] bytes, int n, Sink sink) {
        int start = 0;
        while (start < n) {
            int end = Scan.lineEnd(bytes, start, n);
            while (s.carried() + end - start > Carries.MAX_LINE) {
                int part = Carries.MAX_LINE - s.carried();
                s.add(bytes, start, part);
                sink.line(s.carry(), 0, s.carried(), false);
                s.clear();
                start += part;
            }
            if (end == n) {
                s.add(bytes, start, end - start);
            } else if (s.carried() == 0) {
                sink.line(bytes, start, end - start, true);
            } else {
                s.add(bytes, start, end - start);
                sink.line(s.carry(), 0, s.carried(), true);
                s.clear();
            }
            start = end + 1;
        }
    }
}
