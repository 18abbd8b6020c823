package dev.holdfast.protect;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where units live.
 *
 * @param root of the host, or of an image that is not booted
 * @param cgroups /sys/fs/cgroup, or a tree like it
 * @param size of the host
 * @param systemctl null where systemd does not run
 */
public record Site(
        Path root, Path cgroups, HostSize size, @Nullable Systemctl systemctl) {
    private static final Path BOOTED = Path.of("/run/systemd/system"); // sd_booted(3)

    public static Site host() {
        boolean booted = Files.isDirectory(BOOTED, LinkOption.NOFOLLOW_LINKS);
        return new Site(
                Path.of("/"),
                Path.of("/sys/fs/cgroup"),
                HostSize.of(Path.of("/proc")),
                booted ? Systemctl.ofHost() : null);
    }

    /** A tree that another host will boot: nothing of this one says anything about it. */
    public static Site image(Path root) {
        return new Site(root, Path.of("/sys/fs/cgroup"), HostSize.UNKNOWN, null);
    }
}
