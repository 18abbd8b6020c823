package dev.holdfast.cli;

import dev.holdfast.cli.Style.Paint;
import dev.holdfast.log.Visible;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Lines as they go to standard output, behind a prefix: the program's bytes as they are, but see {@link Visible}. */
final class LogPrinter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX ", Locale.ROOT);
    private static final List<Paint> PAINTS = List.of(Paint.CYAN, Paint.GREEN, Paint.MAGENTA, Paint.YELLOW, Paint.BLUE);

    private final OutputStream out;
    private final Look look;

    /**
     * @param prefix width of the longest name; 0 for no prefixes
     * @param timestamps whether each line begins with its time
     * @param json an object a line, and nothing else
     * @param terminal whether a terminal is there, which must not obey what programs print
     */
    record Look(int prefix, boolean timestamps, ZoneId zone, Style style, boolean terminal, boolean json) {}

    /** Nobody reads standard output any more. */
    static final class Closed extends IOException {
        private static final long serialVersionUID = 1L;

        Closed(IOException cause) {
            super("standard output: " + cause.getMessage(), cause);
        }
    }

    LogPrinter(OutputStream out, Look look) {
        this.out = new BufferedOutputStream(out, 64 << 10);
        this.look = look;
    }

    void print(LogSource.Entry entry) throws Closed {
        if (look.json) {
            try {
                LogFiles.Found of = entry.of();
                out.write(entry.line().json(entry.at(), of.process(), of.index()));
                out.write('\n');
            } catch (IOException e) {
                throw new Closed(e);
            }
            return;
        }
        var head = new StringBuilder();
        if (look.prefix > 0) {
            Paint paint = PAINTS.get(entry.process() % PAINTS.size());
            String padded = entry.name()
                    + " ".repeat(Math.max(0, look.prefix - entry.name().length()));
            head.append(look.style.paint(paint, padded))
                    .append(' ')
                    .append(look.style.paint(entry.line().stderr() ? Paint.RED : paint, "|"))
                    .append(' ');
        }
        if (look.timestamps) {
            head.append(TIME.format(entry.at().atZone(look.zone)));
        }
        try {
            byte[] before = head.toString().getBytes(StandardCharsets.UTF_8);
            byte[] text = entry.line().bytes();
            int from = 0;
            do { // lines that belong together may come as one
                int end = from;
                while (end < text.length && text[end] != '\n') {
                    end++;
                }
                out.write(before);
                out.write(
                        look.terminal
                                ? Visible.of(text, from, end - from)
                                : java.util.Arrays.copyOfRange(text, from, end));
                out.write('\n');
                from = end + 1;
            } while (from <= text.length);
        } catch (IOException e) {
            throw new Closed(e);
        }
    }

    void flush() throws Closed {
        try {
            out.flush();
        } catch (IOException e) {
            throw new Closed(e);
        }
    }
}
