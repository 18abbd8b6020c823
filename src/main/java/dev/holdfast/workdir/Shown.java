package dev.holdfast.workdir;

import dev.holdfast.linux.Text;
import java.util.List;

/** Names as people are shown them: what programs named must not obey a terminal, nor fill it. */
public final class Shown {
    private static final int MOST = 200;
    private static final int DELETE = 0x7F;

    private Shown() {}

    public static String name(byte[] name) {
        return text(Text.of(name));
    }

    /** Of names from the top down; of a long one the end. */
    public static String path(List<byte[]> names) {
        var path = new StringBuilder();
        for (int i = names.size() - 1; i >= 0 && path.length() < MOST; i--) {
            path.insert(0, path.isEmpty() ? "" : "/").insert(0, name(names.get(i)));
        }
        return path.length() <= MOST ? path.toString() : "…" + path.substring(path.length() - MOST);
    }

    public static String text(String raw) {
        var shown = new StringBuilder();
        raw.codePoints().forEach(c -> {
            boolean bare = c >= 0xDC80 && c <= 0xDCFF; // a byte that is no UTF-8, see Text
            if (bare || c < ' ' || (c >= DELETE && c < 0xA0) || Character.getType(c) == Character.FORMAT) {
                shown.append(bare || c <= 0xFF ? "\\x%02x".formatted(c & 0xFF) : "\\u%04x".formatted(c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
