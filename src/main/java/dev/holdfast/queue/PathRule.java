package dev.holdfast.queue;

import dev.holdfast.queue.Payload.Answer;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Paths of a payload. By their text alone: symbolic links are not looked for. */
final class PathRule {
    /** PATH_MAX and NAME_MAX, limits.h(0p), the zero left out. */
    private static final int MOST_BYTES = 4095;

    private static final int MOST_NAME_BYTES = 255;

    private PathRule() {}

    /**
     * Without {@code .}, doubled and trailing slashes. {@code ..} is refused rather than resolved: behind a symbolic link
     * the kernel would take it elsewhere.
     *
     * @param root absolute, below which it lies and from which a relative one counts; null: absolute ones only
     */
    static Answer of(String value, @Nullable String root) {
        if (value.isEmpty()) {
            return new Answer.No("is empty");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            return new Answer.No("holds a control character");
        }
        if (root == null && !value.startsWith("/")) {
            return new Answer.No("is an absolute path, not " + Shown.quoted(value));
        }
        String plain = plain(value);
        if (("/" + plain + "/").contains("/../")) {
            return new Answer.No("has .. in it: " + Shown.quoted(value));
        }
        for (String name : plain.split("/", -1)) {
            if (bytes(name) > MOST_NAME_BYTES) {
                return new Answer.No("has a name longer than " + MOST_NAME_BYTES + " bytes in it");
            }
        }
        String top = root == null ? "" : plain(root);
        String path = value.startsWith("/") ? "/" + plain : (top.isEmpty() ? "" : "/" + top) + "/" + plain;
        String below = top.isEmpty() ? "/" : "/" + top + "/";
        if (plain.isEmpty() || !path.startsWith(below)) {
            return new Answer.No("lies below " + (root == null ? "/" : root) + ", not at " + Shown.quoted(value));
        }
        return bytes(path) > MOST_BYTES
                ? new Answer.No("is longer than " + MOST_BYTES + " bytes")
                : new Answer.Taken(path);
    }

    /** Its names, with one slash between. */
    private static String plain(String path) {
        var names = new StringJoiner("/");
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names.toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
