package dev.holdfast.survey;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that has other content now, in one step: whoever opens it has the old one or the new one. The old one, the file
 * itself with all that belongs to it, lies beside.
 *
 * @param kept the old one
 */
record Replaced(Path file, Path kept) {
    /**
     * @param file no link
     * @param before what it must say
     * @param date of the name of what is kept
     * @throws IOException when it is another by now, or cannot be replaced: nothing was changed then
     */
    static Replaced replace(Path file, String before, String after, String date) throws IOException {
        Path dir = file.toAbsolutePath().getParent();
        if (dir == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file");
        }
        if (!Files.readString(file).equals(before)) {
            throw new IOException(file + " is another than the one that was read");
        }
        Path fresh = Files.createTempFile(
                dir,
                ".holdfast-",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            write(fresh, after);
            like(file, fresh);
            Path kept = keep(file, dir, date);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new Replaced(file, kept);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void like(Path file, Path fresh) throws IOException {
        for (String id : new String[] {"unix:uid", "unix:gid"}) {
            Object wanted = Files.getAttribute(file, id, LinkOption.NOFOLLOW_LINKS);
            if (!wanted.equals(Files.getAttribute(fresh, id, LinkOption.NOFOLLOW_LINKS))) {
                Files.setAttribute(fresh, id, wanted, LinkOption.NOFOLLOW_LINKS);
            }
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
        Files.setPosixFilePermissions(fresh, mode);
    }

    /** Another name of the same file: its owner, mode and attributes are kept with it. */
    private static Path keep(Path file, Path dir, String date) throws IOException {
        String name = file.getFileName() + ".holdfast-" + date;
        Path kept = dir.resolve(name);
        for (int n = 2; Files.exists(kept, LinkOption.NOFOLLOW_LINKS); n++) {
            kept = dir.resolve(name + "-" + n);
        }
        return Files.createLink(kept, file);
    }

    void undo() throws IOException {
        Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
