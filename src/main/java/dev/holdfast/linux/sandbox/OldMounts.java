package dev.holdfast.linux.sandbox;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.sandbox.SandboxPaths.Access;
import dev.holdfast.linux.sandbox.SandboxPaths.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What mount_setattr(2) does from Linux 5.12 on, by mount(2): every entry is bound onto itself, so that it is a mount
 * with flags of its own, and those that shall be are made read-only one by one, with the flags that each has.
 */
final class OldMounts {
    private static final int MS_RDONLY = 1;
    private static final int MS_REMOUNT = 32;
    private static final int MS_BIND = 0x1000;
    private static final int MS_REC = 0x4000;
    /** Flags of one mount as mountinfo names them: a container may not take one off. */
    private static final Map<String, Integer> FLAGS = Map.of(
            "ro", MS_RDONLY,
            "nosuid", 2,
            "nodev", 4,
            "noexec", 8,
            "nosymfollow", 256,
            "noatime", 1024,
            "nodiratime", 2048,
            "relatime", 1 << 21);

    private static final Path MOUNTS = Path.of("/proc/thread-self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final int OPTIONS = 5;

    private OldMounts() {}

    /** @return the mount that now lies there */
    static Fd onItself(Entry e) throws IOException {
        try (Fd target = SandboxMounts.found(e)) { // not the handle: an entry above may lie over that already
            bind(
                    SandboxMounts.told(e),
                    SandboxPaths.link(e.handle()).toString(),
                    SandboxPaths.link(target).toString());
        }
        return SandboxMounts.found(e);
    }

    static void bind(String what, String source, String target) throws Errno {
        SandboxMounts.mount(what + ": bind", source, target, "none", MS_BIND | MS_REC, "");
    }

    static void remount(String what, String target, int flags) throws Errno {
        SandboxMounts.mount(what + ": remount", "none", target, "none", MS_REMOUNT | MS_BIND | (long) flags, "");
    }

    /** All mounts that an entry wants read-only, now that each entry is one. */
    static void makeReadOnly(SandboxPaths paths) throws IOException {
        var flags = new LinkedHashMap<String, Integer>(); // of several at one place the last one is on top
        for (String line : Files.readAllLines(MOUNTS)) {
            String[] fields = line.split(" ", -1);
            int bits = 0;
            for (String option : fields[OPTIONS].split(",", -1)) {
                bits |= FLAGS.getOrDefault(option, 0);
            }
            flags.put(unescaped(fields[MOUNT_POINT]), bits);
        }
        for (Map.Entry<String, Integer> mount : flags.entrySet()) {
            Entry e = paths.deciding(mount.getKey());
            if (e == null || e.access() != Access.READ_ONLY || (mount.getValue() & MS_RDONLY) != 0) {
                continue;
            }
            try {
                remount(SandboxMounts.told(e), mount.getKey(), mount.getValue() | MS_RDONLY);
            } catch (Errno covered) {
                // A mount below another one cannot be named, nor can a program reach it.
                if (covered.number() != Errno.EINVAL && covered.number() != Errno.ENOENT) {
                    throw covered;
                }
            }
        }
    }

    /** Blanks and the like stand there as a backslash and three octal digits. */
    private static String unescaped(String field) {
        var text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length()) {
                text.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
                i += 3;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
