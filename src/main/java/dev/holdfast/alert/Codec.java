package dev.holdfast.alert;

import dev.holdfast.unit.Severity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes as bytes and back: what is decided at once is one piece, read whole or not at all. */
public final class Codec {
    private static final int VERSION = 2;
    /** Of anything that is counted, a text's bytes too: more than what {@link Enclosure} keeps. */
    private static final int MOST = 1_000_000;

    private Codec() {}

    /** What was decided at once, and when. */
    public record Batch(Moment when, List<Change> changes) {}

    public static byte[] write(Batch batch) {
        var bytes = new ByteArrayOutputStream(1_024);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(batch.when().at());
            instant(out, batch.when().wall());
            out.writeInt(batch.changes().size());
            for (Change c : batch.changes()) {
                change(out, c);
            }
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when it is not ours, or of a later version */
    public static Batch read(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException("written by another version (" + version + ")");
            }
            var when = new Moment(in.readLong(), instant(in));
            int n = count(in);
            var changes = new ArrayList<Change>();
            for (int i = 0; i < n; i++) {
                changes.add(change(in));
            }
            return new Batch(when, changes);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IOException("not what was written: " + e.getMessage(), e);
        }
    }

    private static void change(DataOutputStream out, Change c) throws IOException {
        switch (c) {
            case Change.Is(Matter m) -> {
                out.writeByte(1);
                matter(out, m);
            }
            case Change.Gone(String key) -> {
                out.writeByte(2);
                text(out, key);
            }
            case Change.Post(Letter l) -> {
                Enclosure enclosure = l.enclosure();
                out.writeByte(enclosure == null ? 3 : 7);
                letter(out, l);
                if (enclosure != null) {
                    text(out, enclosure.text());
                    text(out, enclosure.html());
                }
            }
            case Change.Posted(String letter) -> {
                out.writeByte(4);
                text(out, letter);
            }
            case Change.Hush(Silence s) -> {
                out.writeByte(5);
                text(out, s.pattern());
                out.writeLong(s.end());
                instant(out, s.until());
                text(out, s.reason());
                text(out, s.by());
            }
            case Change.Unhush(String pattern) -> {
                out.writeByte(6);
                text(out, pattern);
            }
        }
    }

    private static Change change(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        return switch (kind) {
            case 1 -> new Change.Is(matter(in));
            case 2 -> new Change.Gone(text(in));
            case 3 -> new Change.Post(letter(in));
            case 7 -> new Change.Post(letter(in).enclosing(new Enclosure(text(in), text(in))));
            case 4 -> new Change.Posted(text(in));
            case 5 -> new Change.Hush(new Silence(text(in), in.readLong(), instant(in), text(in), text(in)));
            case 6 -> new Change.Unhush(text(in));
            default -> throw new IOException("no such change: " + kind);
        };
    }

    private static void matter(DataOutputStream out, Matter m) throws IOException {
        occasion(out, m.occasion());
        out.writeLong(m.since());
        instant(out, m.began());
        out.writeLong(m.seen());
        out.writeInt(m.times());
        out.writeBoolean(m.open());
        optional(out, m.ended());
        text(out, m.how());
        out.writeLong(m.severe());
        out.writeInt(m.told().size());
        for (var e : m.told().entrySet()) {
            Told t = e.getValue();
            text(out, e.getKey());
            out.writeInt(t.times());
            out.writeByte(t.severity() == null ? -1 : code(t.severity()));
            out.writeBoolean(t.asOpen());
            out.writeLong(t.at());
            severity(out, t.worst());
        }
    }

    private static Matter matter(DataInputStream in) throws IOException {
        Occasion occasion = occasion(in);
        long since = in.readLong();
        Instant began = instant(in);
        long seen = in.readLong();
        int times = in.readInt();
        boolean open = in.readBoolean();
        Instant ended = optional(in);
        String how = text(in);
        long severe = in.readLong();
        var told = new TreeMap<String, Told>();
        int n = count(in);
        for (int i = 0; i < n; i++) {
            String channel = text(in);
            int known = in.readInt();
            byte severity = in.readByte();
            told.put(
                    channel,
                    new Told(
                            known,
                            severity < 0 ? null : severity(severity),
                            in.readBoolean(),
                            in.readLong(),
                            severity(in)));
        }
        return new Matter(occasion, since, began, seen, times, open, ended, how, severe, told);
    }

    private static void letter(DataOutputStream out, Letter l) throws IOException {
        text(out, l.id());
        text(out, l.channel());
        instant(out, l.made());
        out.writeInt(l.items().size());
        for (Item i : l.items()) {
            out.writeByte(code(i.kind()));
            severity(out, i.severity());
            occasion(out, i.occasion());
            instant(out, i.began());
            optional(out, i.ended());
            out.writeInt(i.times());
            out.writeInt(i.untold());
            text(out, i.how());
        }
        texts(out, l.left());
        out.writeInt(l.tries());
        out.writeInt(l.putOff());
        out.writeInt(l.refusals());
        out.writeBoolean(l.passed());
        text(out, l.trouble());
    }

    private static Letter letter(DataInputStream in) throws IOException {
        String id = text(in);
        String channel = text(in);
        Instant made = instant(in);
        int n = count(in);
        var items = new ArrayList<Item>();
        for (int i = 0; i < n; i++) {
            items.add(new Item(
                    kind(in.readByte()),
                    severity(in),
                    occasion(in),
                    instant(in),
                    optional(in),
                    in.readInt(),
                    in.readInt(),
                    text(in)));
        }
        return new Letter(
                id,
                channel,
                made,
                items,
                texts(in),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readBoolean(),
                text(in),
                null);
    }

    private static void occasion(DataOutputStream out, Occasion o) throws IOException {
        text(out, o.key());
        severity(out, o.severity());
        text(out, o.title());
        text(out, o.text());
        out.writeInt(o.facts().size());
        for (Fact f : o.facts()) {
            text(out, f.name());
            text(out, f.value());
            out.writeBoolean(f.limit() != null);
            text(out, f.limit() == null ? "" : f.limit());
        }
        texts(out, o.done());
        texts(out, o.output());
        out.writeBoolean(o.look() != null);
        text(out, o.look() == null ? "" : o.look());
        texts(out, o.channels());
        series(out, o.series());
        out.writeBoolean(o.lasts());
    }

    private static Occasion occasion(DataInputStream in) throws IOException {
        String key = text(in);
        Severity severity = severity(in);
        String title = text(in);
        String words = text(in);
        int n = count(in);
        var facts = new ArrayList<Fact>();
        for (int i = 0; i < n; i++) {
            String name = text(in);
            String value = text(in);
            boolean limited = in.readBoolean();
            String limit = text(in);
            facts.add(new Fact(name, value, limited ? limit : null));
        }
        List<String> done = texts(in);
        List<String> output = texts(in);
        boolean looks = in.readBoolean();
        String look = text(in);
        return new Occasion(
                key,
                severity,
                title,
                words,
                facts,
                done,
                output,
                looks ? look : null,
                texts(in),
                series(in),
                in.readBoolean());
    }

    private static void series(DataOutputStream out, @Nullable Series s) throws IOException {
        out.writeBoolean(s != null);
        if (s == null) {
            return;
        }
        text(out, s.name());
        text(out, s.unit());
        out.writeLong(s.step().toMillis());
        out.writeInt(s.values().size());
        for (double v : s.values()) {
            out.writeDouble(v);
        }
        out.writeDouble(s.limit() == null ? Double.NaN : s.limit());
    }

    private static @Nullable Series series(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        String name = text(in);
        String unit = text(in);
        Duration step = Duration.ofMillis(in.readLong());
        int n = count(in);
        var values = new ArrayList<Double>();
        for (int i = 0; i < n; i++) {
            values.add(in.readDouble());
        }
        double limit = in.readDouble();
        return new Series(name, unit, step, values, Double.isNaN(limit) ? null : limit);
    }

    // ── the parts ──

    /** Not writeUTF: that refuses more than 64 KiB, and text of programs may have lone surrogates. */
    private static void text(DataOutputStream out, String s) throws IOException {
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(count(in)), StandardCharsets.UTF_8);
    }

    private static void texts(DataOutputStream out, List<String> all) throws IOException {
        out.writeInt(all.size());
        for (String s : all) {
            text(out, s);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        int n = count(in);
        var all = new ArrayList<String>();
        for (int i = 0; i < n; i++) {
            all.add(text(in));
        }
        return all;
    }

    private static int count(DataInputStream in) throws IOException {
        int n = in.readInt();
        if (n < 0 || n > MOST) {
            throw new IOException("no such length: " + n);
        }
        return n;
    }

    private static void severity(DataOutputStream out, Severity s) throws IOException {
        out.writeByte(code(s));
    }

    private static Severity severity(DataInputStream in) throws IOException {
        return severity(in.readByte());
    }

    private static Severity severity(byte code) throws IOException {
        return switch (code) {
            case 0 -> Severity.WARNING;
            case 1 -> Severity.CRITICAL;
            default -> throw new IOException("no such severity: " + code);
        };
    }

    private static int code(Severity s) {
        return switch (s) {
            case WARNING -> 0;
            case CRITICAL -> 1;
        };
    }

    private static Item.Kind kind(byte code) throws IOException {
        return switch (code) {
            case 0 -> Item.Kind.RAISED;
            case 1 -> Item.Kind.CHANGED;
            case 2 -> Item.Kind.PASSED;
            case 3 -> Item.Kind.CLEARED;
            default -> throw new IOException("no such kind: " + code);
        };
    }

    private static int code(Item.Kind k) {
        return switch (k) {
            case RAISED -> 0;
            case CHANGED -> 1;
            case PASSED -> 2;
            case CLEARED -> 3;
        };
    }

    private static void instant(DataOutputStream out, Instant i) throws IOException {
        out.writeLong(i.getEpochSecond());
        out.writeInt(i.getNano());
    }

    private static Instant instant(DataInputStream in) throws IOException {
        return Instant.ofEpochSecond(in.readLong(), in.readInt());
    }

    private static void optional(DataOutputStream out, @Nullable Instant i) throws IOException {
        out.writeBoolean(i != null);
        instant(out, i == null ? Instant.EPOCH : i);
    }

    private static @Nullable Instant optional(DataInputStream in) throws IOException {
        boolean there = in.readBoolean();
        Instant i = instant(in);
        return there ? i : null;
    }
}
