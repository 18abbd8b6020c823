package dev.holdfast.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mount of the unified hierarchy as this process sees it (proc_pid_mountinfo(5)).
 *
 * @param root which group of the hierarchy is mounted, as this cgroup namespace names it
 * @param at where
 */
record CgroupMount(String root, Path at) {
    private static final int ROOT = 3;
    private static final int POINT = 4;

    /** All of them, the last mounted first: it hides what lies below. */
    static List<CgroupMount> all(Path proc) throws IOException {
        var mounts = new ArrayList<CgroupMount>();
        for (String line : Files.readAllLines(proc.resolve("self/mountinfo"))) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash > POINT && fields.size() > dash + 1 && fields.get(dash + 1).equals("cgroup2")) {
                mounts.addFirst(new CgroupMount(plain(fields.get(ROOT)), Path.of(plain(fields.get(POINT)))));
            }
        }
        return mounts;
    }

    /** The group of this process in the unified hierarchy (cgroups(7)); empty without one. */
    static Optional<String> own(Path proc) throws IOException {
        return Files.readAllLines(proc.resolve("self/cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring("0::".length()))
                .findFirst();
    }

    /** Where a group is seen through this mount; empty when it lies outside of what is mounted. */
    Optional<Path> find(String group) {
        if (group.contains("/..") || root.contains("/..")) {
            // Above the root of this cgroup namespace: only a mount of exactly that group shows it.
            return group.equals(root) ? Optional.of(at) : Optional.empty();
        }
        if (root.equals("/")) {
            return Optional.of(at.resolve(group.substring(1)));
        }
        return group.equals(root) || group.startsWith(root + "/")
                ? Optional.of(at.resolve(group.substring(root.length()).replaceFirst("^/", "")))
                : Optional.empty();
    }

    /** Space, tab, newline and backslash stand there as octal numbers. */
    static String plain(String text) {
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }
}
