package dev.holdfast.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where this host's disks are mounted (proc_pid_mountinfo(5)). */
public final class Mounts {
    private static final int DEVICE = 2;
    private static final int POINT = 4;
    /** On a disk though no block device is mounted; and a container's root, which lies on one. */
    private static final Set<String> OF_DISKS = Set.of("zfs", "bcachefs", "overlay");

    private Mounts() {}

    /**
     * One mount point of each local file system that is written to, in the order of mounting. Not those that only read,
     * such as images, nor servers': to look at one that hangs would wait.
     *
     * @param proc such as /proc
     * @param most of them
     */
    public static List<String> local(Path proc, int most) throws IOException {
        // In Latin-1, as java.nio refuses what is no UTF-8; such a mount point is passed over.
        Set<String> without = new HashSet<>();
        for (String line : Files.readAllLines(proc.resolve("filesystems"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("nodev")) {
                without.add(line.substring("nodev".length()).strip());
            }
        }
        var devices = new HashSet<String>();
        var points = new ArrayList<String>();
        for (String line : Files.readAllLines(proc.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash <= POINT + 1 || fields.size() <= dash + 1) {
                continue;
            }
            String type = fields.get(dash + 1);
            String point = CgroupMount.plain(fields.get(POINT));
            boolean disk = !without.contains(type) || OF_DISKS.contains(type);
            boolean container = type.equals("overlay") && !point.equals("/"); // of a runtime, on a disk that counts
            boolean written = List.of(fields.get(POINT + 1).split(",", -1)).contains("rw");
            boolean ascii = point.chars().allMatch(c -> c >= ' ' && c < 127);
            if (disk && !container && written && ascii && points.size() < most && devices.add(fields.get(DEVICE))) {
                points.add(point);
            }
        }
        return points;
    }
}
