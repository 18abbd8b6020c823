package dev.holdfast.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Directories in which nobody cleans by pattern and age. By their names, by where those lead here, and by what they are:
 * another name of one, a link or a bind mount, is refused like it.
 */
public final class SystemDirectories {
    /** Themselves; what lies in them is others' or users' and may have temporary files. */
    private static final List<String> THEMSELVES = List.of(
            "/",
            "/home",
            "/root",
            "/usr",
            "/usr/local",
            "/var",
            "/var/lib",
            "/var/spool",
            "/var/mail",
            "/run",
            "/opt",
            "/srv",
            "/mnt",
            "/media",
            "/dev",
            "/snap",
            "/nix");

    /** With all that is in them. */
    private static final List<String> WHOLE = List.of(
            "/boot",
            "/efi",
            "/proc",
            "/sys",
            "/etc",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/lost+found",
            "/usr/bin",
            "/usr/sbin",
            "/usr/lib",
            "/usr/lib32",
            "/usr/lib64",
            "/usr/libexec",
            "/usr/share",
            "/usr/include",
            "/usr/src",
            "/var/lib/dpkg",
            "/var/lib/rpm",
            "/var/lib/systemd");

    private SystemDirectories() {}

    /** Refused themselves, not below. */
    public static List<String> themselves() {
        return THEMSELVES;
    }

    /** Refused with all below them. */
    public static List<String> whole() {
        return WHOLE;
    }

    /** Why nothing is cleaned there, in words; empty when it may be. Follows links of this host. */
    static Optional<String> why(String path) {
        String literal = literal(path);
        if (literal.equals("/") && !path.matches("/+")) {
            return Optional.of("a pattern stands below a directory that is named, not in the root directory");
        }
        Path real;
        try {
            Optional<String> named =
                    byName(Path.of(path.replaceAll("/+", "/")).normalize().toString());
            if (named.isPresent()) {
                return named;
            }
            real = real(Path.of(literal));
        } catch (InvalidPathException e) { // a letter that the locale has not: the cleaner looks, and needs none
            return byName(path.replaceAll("/+", "/"));
        }
        if (real == null) {
            return Optional.empty(); // not there, or not ours to see: the cleaner looks again
        }
        String rest = path.substring(literal.length());
        return byName(real + rest).or(() -> rest.isEmpty() ? byFile(real) : inOne(real));
    }

    /** By a name without links. */
    public static Optional<String> byName(String path) {
        for (String whole : WHOLE) {
            if (isIn(path, whole)) {
                return refusal(whole, !path.equals(whole));
            }
        }
        if (isIn(path, "/dev") && !isIn(path, "/dev/shm")) {
            return refusal("/dev", true);
        }
        if (THEMSELVES.contains(path)) {
            return refusal(path, false);
        }
        boolean home = path.startsWith("/home/") && path.indexOf('/', "/home/".length()) < 0;
        return home ? Optional.of("a user's whole home is not cleaned") : Optional.empty();
    }

    private static boolean isIn(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    /** What precedes the first part with * or ?. */
    private static String literal(String path) {
        int wild = -1;
        for (int i = 0; i < path.length() && wild < 0; i++) {
            wild = path.charAt(i) == '*' || path.charAt(i) == '?' ? i : -1;
        }
        if (wild < 0) {
            return path;
        }
        String before = path.substring(0, path.lastIndexOf('/', wild));
        return before.isEmpty() ? "/" : before;
    }

    private static @Nullable Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException absent) {
            return null;
        }
    }

    private static Optional<String> byFile(Path real) {
        for (String name : THEMSELVES) {
            if (same(real, name)) {
                return refusal(name, false);
            }
        }
        return inOne(real);
    }

    private static Optional<String> inOne(Path real) {
        for (Path p = real; p != null; p = p.getParent()) {
            for (String name : WHOLE) {
                if (same(p, name)) {
                    return refusal(name, !p.equals(real));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean same(Path path, String name) {
        try {
            Path other = Path.of(name);
            return Files.exists(other) && Files.isSameFile(path, other);
        } catch (IOException unseen) {
            return false;
        }
    }

    /** In words. */
    public static Optional<String> refusal(String directory, boolean below) {
        return Optional.of(
                below ? "it is in the system directory " + directory : "it is the system directory " + directory);
    }
}
