package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes lines again of a file's records, whichever {@link Format} they have; pieces are put together. Not thread-safe. */
final class Records {
    private static final int MAX_JOINED = 64 << 20;
    private static final int HEAD = 2048;
    private static final byte[] JSON = "{\"time\":\"".getBytes(StandardCharsets.US_ASCII);

    private final int longest;
    private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    /** Bytes of the line that were not kept. */
    private long dropped;

    private boolean timed;
    private LogReader.Origin origin = LogReader.Origin.UNKNOWN;

    /** @param longest bytes of a line; what is behind them is counted, and no more */
    Records(int longest) {
        this.longest = Math.min(longest, MAX_JOINED);
    }

    /**
     * @param fileTime for a line that does not say when it came, of a file whose lines never do; else that is EPOCH
     * @param beyond bytes of the record that were not read
     * @return the line that this record ends; empty when more of it is to come
     */
    Optional<LogReader.Line> take(byte[] raw, long beyond, Instant fileTime) {
        if (raw.length > JSON.length && Arrays.equals(raw, 0, JSON.length, JSON, 0, JSON.length)) {
            JsonRecord json = JsonRecord.read(raw);
            if (json != null) {
                return ofJson(json, beyond);
            }
        }
        int end = 0;
        int[] spaces = new int[3];
        for (int i = 0; i < Math.min(raw.length, HEAD) && end < 3; i++) {
            if (raw[i] == ' ') {
                spaces[end++] = i;
            }
        }
        Instant at = time(raw, end > 0 ? spaces[0] : Math.min(raw.length, 60));
        if (at == null) {
            return Optional.of(line(timed ? Instant.EPOCH : fileTime, false, false, null, raw, beyond));
        }
        timed = true;
        if (end < 3) {
            return Optional.empty();
        }
        boolean stderr = text(raw, spaces[0] + 1, spaces[1]).equals("stderr");
        return piece(at, stderr, text(raw, spaces[1] + 1, spaces[2]), raw, spaces[2] + 1, beyond);
    }

    private static @Nullable Instant time(byte[] raw, int end) {
        if (end < 16 || end > 40 || raw[4] != '-') {
            return null;
        }
        try {
            return Instant.parse(text(raw, 0, end));
        } catch (DateTimeException notOurs) {
            return null;
        }
    }

    private Optional<LogReader.Line> piece(Instant at, boolean stderr, String mark, byte[] raw, int from, long beyond) {
        boolean joined = mark.startsWith("c", 2);
        if (mark.length() > 4) {
            origin = origin(mark);
        }
        return joined(
                at, stderr, joined, mark.startsWith("F"), null, Arrays.copyOfRange(raw, from, raw.length), beyond);
    }

    private Optional<LogReader.Line> ofJson(JsonRecord r, long beyond) {
        origin = new LogReader.Origin(r.process(), r.replica(), r.instance(), r.labels());
        return joined(r.at(), r.stderr(), false, !r.partial(), r.level(), r.text(), beyond);
    }

    private Optional<LogReader.Line> joined(
            Instant at,
            boolean stderr,
            boolean continues,
            boolean whole,
            @Nullable Level level,
            byte[] text,
            long beyond) {
        if (whole && pieces.size() == 0) {
            return Optional.of(line(at, stderr, continues, level, text, beyond));
        }
        int room = Math.min(longest + 1 - pieces.size(), text.length); // one more tells where a character ends
        pieces.write(text, 0, room);
        dropped += text.length - room + beyond;
        if (!whole) {
            return Optional.empty();
        }
        byte[] all = pieces.toByteArray();
        pieces.reset();
        long unkept = dropped;
        dropped = 0;
        return Optional.of(line(at, stderr, continues, level, all, unkept));
    }

    private LogReader.Line line(
            Instant at, boolean stderr, boolean continues, @Nullable Level level, byte[] text, long unkept) {
        int end = text.length <= longest ? text.length : Utf8.cut(text, 0, longest);
        String raw = new String(text, 0, end, StandardCharsets.ISO_8859_1);
        return new LogReader.Line(at, stderr, continues, origin, level, raw, text.length - end + unkept);
    }

    private static LogReader.Origin origin(String mark) {
        var tags = new TreeMap<String, String>();
        var labels = new TreeMap<String, String>();
        for (String tag : mark.split(":", -1)) {
            int is = tag.indexOf('=');
            if (is > 0) {
                String key = plain(tag.substring(0, is));
                String value = plain(tag.substring(is + 1));
                if (key.startsWith("label.")) {
                    labels.put(key.substring("label.".length()), value);
                } else {
                    tags.put(key, value);
                }
            }
        }
        String replica = tags.getOrDefault("replica", "");
        return new LogReader.Origin(
                tags.getOrDefault("process", ""),
                replica.matches("\\d{1,4}") ? Integer.parseInt(replica) : 0,
                tags.getOrDefault("instance", ""),
                Map.copyOf(labels));
    }

    private static String plain(String escaped) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%' && i + 2 < escaped.length()) {
                out.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                i += 2;
            } else {
                out.write(c);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String text(byte[] raw, int from, int to) {
        return new String(raw, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
