package dev.holdfast.event;

import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link Journal} writes, while it does: the last lines, or those behind one that was read before. A line's id
 * is where it ends: its file's number in the file system, the place, and the line's CRC, by which a file that got the
 * number of one that is gone is told from it. Thread-safe.
 */
public final class JournalTail {
    /** Of what is behind nothing: before the first line. */
    public static final String BEGINNING = "0-0-0";

    private static final Pattern ID = Pattern.compile("([0-9a-f]{1,16})-([0-9a-f]{1,15})-([0-9a-f]{1,8})");
    private static final int BLOCK = 64 << 10;
    private static final int STEP = 4 << 10;
    private static final int LONGEST_LINE = 1 << 20;
    private static final int TRIES = 20;
    private static final int FURTHER = 8;

    private final Jsonb json = Jsonb.builder().build();
    private final Path file;

    public JournalTail(Path file) {
        this.file = file;
    }

    /** @param json of one line, an object */
    public record Entry(String id, String json) {}

    /**
     * @param entries oldest first
     * @param missed what they were to come after is not kept any more
     */
    public record Page(List<Entry> entries, boolean missed) {}

    private record Open(RandomAccessFile bytes, long inode) implements AutoCloseable {
        static @Nullable Open of(Path path) throws IOException {
            try {
                for (int i = 0; i < TRIES; i++) {
                    long named = inode(path);
                    var bytes = new RandomAccessFile(path.toFile(), "r");
                    if (inode(path) == named) {
                        return new Open(bytes, named);
                    }
                    bytes.close(); // rotated meanwhile
                }
            } catch (FileNotFoundException | NoSuchFileException none) {
                return null;
            }
            return null;
        }

        private static long inode(Path path) throws IOException {
            return (Long) Files.getAttribute(path, "unix:ino");
        }

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }

    /** The files there are, older first, all open, so that a rotation meanwhile is no harm. */
    private List<Open> open() throws IOException {
        for (int i = 0; ; i++) {
            var files = new ArrayList<Open>();
            Open older = Open.of(file.resolveSibling(file.getFileName() + ".1"));
            Open newer = Open.of(file);
            if (older != null) {
                files.add(older);
            }
            if (newer != null) {
                files.add(newer);
            }
            // Between the two the newer may have become the older: then one of them is missing.
            boolean whole = older == null || Open.inode(file.resolveSibling(file.getFileName() + ".1")) == older.inode;
            if (whole || i == TRIES) {
                return files;
            }
            close(files);
        }
    }

    private static void close(List<Open> files) throws IOException {
        for (Open f : files) {
            f.close();
        }
    }

    /** The last ones. */
    public Page last(int most) throws IOException {
        return last(most, _ -> true);
    }

    /**
     * The last ones of those that are wanted.
     *
     * @param wanted of a line's JSON, before it is known to be whole
     */
    public Page last(int most, Predicate<String> wanted) throws IOException {
        List<Open> files = open();
        try {
            List<Entry> last = new ArrayList<>();
            for (Open f : files.reversed()) {
                int left = most - last.size();
                if (left > 0) {
                    List<Entry> here = lastOf(f, left, wanted);
                    last.addAll(0, here.subList(Math.max(0, here.size() - left), here.size()));
                }
            }
            return new Page(List.copyOf(last), false);
        } finally {
            close(files);
        }
    }

    /** So many at least, where there are. Looks further and further back: mostly they are near the end. */
    private List<Entry> lastOf(Open f, int many, Predicate<String> wanted) throws IOException {
        long lines = many;
        while (true) {
            long from = backBy(f.bytes, lines);
            List<Entry> found = read(f, from, Integer.MAX_VALUE, wanted);
            if (found.size() >= many || from == 0) {
                return found;
            }
            lines *= FURTHER;
        }
    }

    /** Behind which only what comes from now on stands. */
    public String end() throws IOException {
        List<Entry> last = last(1).entries;
        return last.isEmpty() ? BEGINNING : last.getLast().id;
    }

    /**
     * Those behind the one with this id.
     *
     * @throws IllegalArgumentException for an id that is none
     */
    public Page after(String id, int most) throws IOException {
        return after(id, most, _ -> true);
    }

    /** Those that are wanted of those behind the one with this id, as {@link #after(String, int)}. */
    public Page after(String id, int most, Predicate<String> wanted) throws IOException {
        Matcher m = ID.matcher(id);
        if (!m.matches()) {
            throw new IllegalArgumentException("\"" + id + "\" is no id of a line");
        }
        long inode = HexFormat.fromHexDigitsToLong(m.group(1));
        long place = HexFormat.fromHexDigitsToLong(m.group(2));
        List<Open> files = open();
        try {
            var entries = new ArrayList<Entry>();
            boolean found = id.equals(BEGINNING);
            int first = 0;
            long from = 0;
            for (int i = 0; i < files.size() && !found; i++) {
                Open f = files.get(i);
                if (f.inode == inode && lineEndsAt(f.bytes, place, m.group(3))) {
                    found = true;
                    first = i;
                    from = place;
                }
            }
            for (Open f : files.subList(first, files.size())) {
                if (entries.size() < most) {
                    entries.addAll(read(f, from, most - entries.size(), wanted));
                }
                from = 0;
            }
            return new Page(List.copyOf(entries), !found);
        } finally {
            close(files);
        }
    }

    private static String id(long inode, long end, byte[] line) {
        return Long.toHexString(inode) + "-" + Long.toHexString(end) + "-" + crc(line);
    }

    private static String crc(byte[] line) {
        var crc = new CRC32();
        crc.update(line);
        return Long.toHexString(crc.getValue());
    }

    private static boolean lineEndsAt(RandomAccessFile f, long end, String crc) throws IOException {
        if (end < 1 || end > f.length()) {
            return false;
        }
        f.seek(end - 1);
        if (f.read() != '\n') {
            return false;
        }
        byte[] line = new byte[(int) (end - 1 - lineBegin(f, end - 1))];
        f.seek(end - 1 - line.length);
        f.readFully(line);
        return crc(line).equals(crc);
    }

    /** Behind the end of the line before, or so far back as a line may be long. Mostly one step is enough. */
    private static long lineBegin(RandomAccessFile f, long end) throws IOException {
        long least = Math.max(0, end - LONGEST_LINE);
        byte[] block = new byte[STEP];
        long at = end;
        while (at > least) {
            int n = (int) Math.min(block.length, at - least);
            at -= n;
            f.seek(at);
            f.readFully(block, 0, n);
            for (int i = n - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return at + i + 1;
                }
            }
        }
        return least;
    }

    /** Where the last {@code lines} lines begin, or some more of them. */
    private static long backBy(RandomAccessFile f, long lines) throws IOException {
        long at = f.length();
        long ends = 0;
        byte[] block = new byte[BLOCK];
        while (at > 0) {
            int n = (int) Math.min(block.length, at);
            at -= n;
            f.seek(at);
            f.readFully(block, 0, n);
            for (int i = n - 1; i >= 0; i--) {
                ends += block[i] == '\n' ? 1 : 0;
                if (ends > lines) {
                    return at + i + 1;
                }
            }
        }
        return 0;
    }

    /** Whole lines that are objects; a torn one is passed over, one that is being written is left for later. */
    private List<Entry> read(Open f, long from, int most, Predicate<String> wanted) throws IOException {
        var entries = new ArrayList<Entry>();
        var line = new ByteArrayOutputStream();
        byte[] block = new byte[BLOCK];
        long at = from;
        f.bytes.seek(from);
        for (int n = f.bytes.read(block); n > 0; n = f.bytes.read(block)) {
            int begin = 0;
            for (int i = 0; i < n; i++) {
                if (block[i] == '\n') {
                    line.write(block, begin, i - begin);
                    add(f, at + i + 1, line.toByteArray(), wanted, entries);
                    line.reset();
                    begin = i + 1;
                    if (entries.size() == most) {
                        return entries;
                    }
                }
            }
            line.write(block, begin, n - begin);
            at += n;
        }
        return entries;
    }

    private void add(Open f, long end, byte[] line, Predicate<String> wanted, List<Entry> entries) {
        String text = new String(line, StandardCharsets.UTF_8);
        if (text.startsWith("{") && wanted.test(text) && isObject(text)) {
            entries.add(new Entry(id(f.inode, end, line), text));
        }
    }

    private boolean isObject(String text) {
        try {
            return json.type(Object.class).fromJson(text) instanceof Map<?, ?>;
        } catch (RuntimeException torn) { // the JSON library throws many kinds of them
            return false;
        }
    }
}
