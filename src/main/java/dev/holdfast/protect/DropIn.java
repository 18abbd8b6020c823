package dev.holdfast.protect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our file of a unit, {@code /etc/systemd/system/UNIT.d/50-holdfast.conf}. Nothing on its path may be a link. */
final class DropIn {
    static final String NAME = "50-holdfast.conf";
    private static final String MARK = "# Written by holdfast protect";
    private static final int LARGEST = 1 << 20;

    private final Path units;
    private final Path dir;
    private final Path file;

    /** @param root / or that of an image */
    DropIn(Path root, UnitName unit) {
        this.units = root.resolve("etc/systemd/system");
        this.dir = units.resolve(unit.name() + ".d");
        this.file = dir.resolve(NAME);
    }

    Path file() {
        return file;
    }

    /** The whole text; the same settings are always the same text. */
    static String text(UnitName unit, List<Setting> settings) {
        var text = new StringBuilder(MARK + ", which replaces this file as a whole. To take it away:\n");
        text.append("# holdfast protect --remove ").append(unit).append("\n\n");
        text.append('[').append(unit.kind().section()).append("]\n");
        settings.forEach(s -> text.append(s).append('\n'));
        return text.toString();
    }

    /** Whether a file with this text is one of ours. */
    static boolean ours(String text) {
        return text.startsWith(MARK);
    }

    /**
     * What stands there; null when there is nothing.
     *
     * @throws IOException when it is no plain file, or a link leads there
     */
    @Nullable
    String read() throws IOException {
        refuseLinks();
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
            throw new IOException(file + " is no plain file of a drop-in: it is left alone");
        }
        return Files.readString(file);
    }

    /** Whole or not at all, also when the power fails in between. */
    void write(String text) throws IOException {
        refuseLinks();
        Files.createDirectories(units);
        if (!Files.isDirectory(dir, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            sync(units);
        }
        Path fresh = Files.createTempFile(dir, ".holdfast-", ".new"); // systemd reads *.conf only
        try {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        sync(dir);
    }

    /** And the directory, unless it has others. */
    void remove() throws IOException {
        refuseLinks();
        Files.delete(file);
        try {
            Files.delete(dir);
        } catch (DirectoryNotEmptyException others) {
            sync(dir);
            return;
        }
        sync(units);
    }

    private void refuseLinks() throws IOException {
        Path system = units.getParent();
        Path etc = system == null ? null : system.getParent();
        for (Path p : new Path[] {etc, system, units, dir, file}) {
            if (p != null && Files.isSymbolicLink(p)) {
                throw new IOException(p + " is a symbolic link: nothing is written through it");
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
