package dev.holdfast.log;

import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object a line: {@code {"time":...,"process":...,"replica":0,"instance":...,"stream":"stdout","level":...,
 * "labels":{...},"text":"..."}}. A line that is itself a JSON object stands in {@code json} as the program wrote it,
 * instead of {@code text}. What is no UTF-8 becomes U+FFFD. A piece of a long line has {@code "partial":true}.
 *
 * <p>What lines have in common is put together once for all that follow.
 */
final class JsonEncoder implements Encoder {
    private static final byte[] NOTHING = {};
    private static final byte[] TEXT = ascii(",\"text\":\"");
    private static final byte[] TEXT_END = ascii("\"}");
    private static final byte[] RECORD_END = ascii("\"}\n");
    private static final byte[] PASSED = ascii(",\"json\":");
    private static final byte[] PASSED_END = ascii("}");
    private static final byte[] PARTIAL = ascii(",\"partial\":true");
    private static final byte[][] LEVELS = levels();

    private final JsonBytes out = new JsonBytes();
    private final Stamp stamp = new Stamp();

    // Up to the stream's name, and the labels, of lines like the last one.
    private Instant at = Instant.MIN;
    private boolean stderr;
    private String instance = "";
    private Source source = new Source("", 0);
    private byte[] head = {};
    private byte[] labels = {};
    /** All before the text of a line without a level, and of one with each. */
    private final byte[][] before = new byte[LEVELS.length][0];

    @Override
    public void begin(Entry first, String tags) {}

    @Override
    public void line(Entry e, LineWriter writer, Fd to) {
        int from = e.offset();
        int end = from + e.length();
        while (end - from > Carries.MAX_LINE && !JsonText.isObject(e.bytes(), from, end - from)) {
            int cut = Utf8.cut(e.bytes(), from, from + Carries.MAX_LINE);
            object(e, from, cut, false);
            writer.record(to, NOTHING, out.bytes(), 0, out.length());
            from = cut;
        }
        object(e, from, end, e.whole());
        writer.record(to, NOTHING, out.bytes(), 0, out.length());
    }

    @Override
    public int lines(Entry like, byte[] text, int from, int end, LineWriter writer, Fd to) {
        common(like);
        int line = from;
        while (line < end) {
            int odd = Scan.unplain(text, line, end);
            boolean plain = odd < end && text[odd] == '\n';
            int eol = plain ? odd : Scan.lineEnd(text, odd, end);
            if (eol == end) {
                break;
            }
            if (plain && eol - line <= Carries.MAX_LINE && !mayBeObject(text[line])) {
                byte[] prefix = before(Levels.of(text, line, eol - line));
                writer.record(to, prefix, text, line, eol - line, RECORD_END);
            } else {
                like.text(text, line, eol - line, true);
                line(like, writer, to);
            }
            line = eol + 1;
        }
        return line;
    }

    private static boolean mayBeObject(byte first) {
        return first == '{' || first == ' ';
    }

    /** The object of a whole entry, of any length. */
    static byte[] object(Entry e) {
        var encoder = new JsonEncoder();
        encoder.object(e, e.offset(), e.offset() + e.length(), e.whole());
        return Arrays.copyOf(encoder.out.bytes(), encoder.out.length());
    }

    private void object(Entry e, int from, int to, boolean whole) {
        common(e);
        byte[] prefix = before(e.level());
        out.clear();
        out.copy(prefix, 0, prefix.length - TEXT.length);
        if (!whole) {
            out.copy(PARTIAL, 0, PARTIAL.length);
        }
        if (whole && JsonText.isObject(e.bytes(), from, to - from)) {
            out.copy(PASSED, 0, PASSED.length).copy(e.bytes(), from, to - from).copy(PASSED_END, 0, PASSED_END.length);
        } else {
            out.copy(TEXT, 0, TEXT.length).escaped(e.bytes(), from, to).copy(TEXT_END, 0, TEXT_END.length);
        }
    }

    private byte[] before(@Nullable Level level) {
        int of = level == null ? 0 : level.number();
        byte[] made = before[of];
        if (made.length == 0) {
            out.clear();
            out.copy(head, 0, head.length).copy(LEVELS[of], 0, LEVELS[of].length);
            out.copy(labels, 0, labels.length).copy(TEXT, 0, TEXT.length);
            made = Arrays.copyOf(out.bytes(), out.length());
            before[of] = made;
        }
        return made;
    }

    private void common(Entry e) {
        boolean same = e.at().equals(at)
                && e.stderr() == stderr
                && e.instance().equals(instance)
                && e.source().equals(source)
                && head.length > 0;
        if (same) {
            return;
        }
        Arrays.fill(before, NOTHING);
        at = e.at();
        stderr = e.stderr();
        instance = e.instance();
        if (!e.source().equals(source)) {
            source = e.source();
            labels = labels(source);
        }
        out.clear();
        byte[] time = stamp.of(at);
        out.raw("{\"time\":\"")
                .copy(time, 0, time.length)
                .raw("\",\"process\":")
                .text(source.process());
        out.raw(",\"replica\":" + source.replica());
        if (!instance.isEmpty()) {
            out.raw(",\"instance\":\"" + instance + "\"");
        }
        out.raw(stderr ? ",\"stream\":\"stderr\"" : ",\"stream\":\"stdout\"");
        head = Arrays.copyOf(out.bytes(), out.length());
    }

    private byte[] labels(Source of) {
        out.clear();
        String before = ",\"labels\":{";
        for (Map.Entry<String, String> l : of.labels().entrySet()) {
            out.raw(before).text(l.getKey()).raw(":").text(l.getValue());
            before = ",";
        }
        out.raw(of.labels().isEmpty() ? "" : "}");
        return Arrays.copyOf(out.bytes(), out.length());
    }

    private static byte[][] levels() {
        var written = new byte[Level.CRITICAL.number() + 1][];
        written[0] = NOTHING;
        for (Level level : Level.values()) {
            written[level.number()] = ascii(",\"level\":\"" + level.written() + "\"");
        }
        return written;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
