package dev.holdfast.protect;

/**
 * So much a second of one disk.
 *
 * @param device the disk's node, or any path: then the disk below that file system
 * @param amount bytes or operations a second, above 0
 */
public record DeviceLimit(String device, long amount) {
    /** Where a limit names no disk: the one that the host's root is on. */
    public static final String ROOT = "/";

    public DeviceLimit {
        if (amount <= 0) {
            throw new IllegalArgumentException("a limit of I/O is above 0");
        }
        if (!device.startsWith("/") || device.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '\'' || c == '%')) {
            throw new IllegalArgumentException(
                    "\"" + device + "\": a device is an absolute path without spaces, quotes and %, such as /dev/sda");
        }
    }

    @Override
    public String toString() {
        return device + " " + amount;
    }
}
