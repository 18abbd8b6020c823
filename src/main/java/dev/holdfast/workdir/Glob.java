package dev.holdfast.workdir;

import dev.holdfast.linux.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which of a directory's files are meant. Parts between slashes stand for names: {@code *} for any characters of one,
 * {@code ?} for one character, {@code **} as a whole part for any number of directories, none too. Everything else stands
 * for itself, brackets too, since programs put them into names. As in a shell a name that begins with a dot is meant only by
 * a part that does. A directory that is meant is meant whole. Immutable.
 */
public final class Glob {
    private static final int MOST_PARTS = 60;
    private static final int LONGEST = 1024;

    private final String text;
    private final List<byte[]> parts = new ArrayList<>();

    private Glob(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException with words for people */
    public static Glob of(String pattern) {
        var glob = new Glob(pattern);
        byte[] bytes = Text.bytes(pattern);
        if (bytes.length == 0 || bytes.length > LONGEST || bytes[0] == '/') {
            throw new IllegalArgumentException("not a pattern below a directory, of 1 to " + LONGEST + " bytes");
        }
        int from = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                glob.add(Arrays.copyOfRange(bytes, from, i));
                from = i + 1;
            }
        }
        if (isAnyDepth(glob.parts.getLast())) {
            glob.add(new byte[] {'*'}); // all that lies below
        }
        return glob;
    }

    private void add(byte[] part) {
        boolean dots = part.length > 0 && part.length < 3 && part[0] == '.' && part[part.length - 1] == '.';
        if (part.length == 0 || dots) {
            throw new IllegalArgumentException("a part between slashes is empty, or dots");
        }
        if (!isAnyDepth(part) || parts.isEmpty() || !isAnyDepth(parts.getLast())) {
            parts.add(part);
        }
        if (parts.size() > MOST_PARTS) {
            throw new IllegalArgumentException("more than " + MOST_PARTS + " parts");
        }
    }

    private static boolean isAnyDepth(byte[] part) {
        return part.length == 2 && part[0] == '*' && part[1] == '*';
    }

    /** What names in the top directory are compared with: a set of parts, as bits. */
    long begin() {
        return with(0, 0);
    }

    /** A part that stands for any number of directories stands for none, too. */
    private long with(long set, int part) {
        long all = set | 1L << part;
        return isAnyDepth(parts.get(part)) ? all | 1L << (part + 1) : all;
    }

    /** Whether a name is meant, that is compared with these parts. */
    boolean means(long set, byte[] name) {
        return (set >> (parts.size() - 1) & 1) != 0 && fits(parts.getLast(), name);
    }

    /** What names in a directory of this name are compared with; 0: none of them can be meant. */
    long below(long set, byte[] name) {
        long next = 0;
        for (int i = 0; i < parts.size() - 1; i++) {
            if ((set >> i & 1) == 0) {
                continue;
            }
            if (isAnyDepth(parts.get(i))) {
                next = name[0] == '.' ? next : with(next, i);
            } else if (fits(parts.get(i), name)) {
                next = with(next, i + 1);
            }
        }
        return next;
    }

    /** Whether a single part, without slashes, is meant by this one-part pattern. */
    public boolean fits(byte[] name) {
        return parts.size() == 1 && fits(parts.getFirst(), name);
    }

    /** Linear in either's length times the other's at worst. */
    private static boolean fits(byte[] part, byte[] name) {
        if (name[0] == '.' && part[0] != '.') {
            return false;
        }
        int p = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < name.length) {
            if (p < part.length && part[p] == '*') {
                star = p++;
                retry = n;
            } else if (p < part.length && part[p] == '?') {
                p++;
                n += character(name, n);
            } else if (p < part.length && part[p] == name[n]) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < part.length && part[p] == '*') {
            p++;
        }
        return p == part.length;
    }

    /** Bytes of the character there; of what is no UTF-8, one. */
    private static int character(byte[] name, int at) {
        int first = name[at] & 0xFF;
        int length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
        for (int i = 1; i < length; i++) {
            if (at + i >= name.length || (name[at + i] & 0xC0) != 0x80) {
                return 1;
            }
        }
        return length;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
