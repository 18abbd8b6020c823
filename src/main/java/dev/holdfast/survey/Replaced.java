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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A file that has other content now, in one step: whoever opens it has the old one or the new one. The old one, the file
 * itself with all that belongs to it, lies beside.
 *
 * @param kept the old one
 */
record Replaced(Path file, Path kept) {
    private static final int STICKY = 01000;
    private static final int GROUP_WRITE = 020;
    private static final int OTHERS_WRITE = 02;

    /**
     * @param file no link
     * @param before what it must say
     * @param date of the name of what is kept
     * @param uid who runs this
     * @throws IOException when it is another by now, lies where others may write, or cannot be replaced: nothing was
     *     changed then
     */
    static Replaced replace(Path file, String before, String after, String date, int uid) throws IOException {
        Path dir = file.toAbsolutePath().getParent();
        if (dir == null) {
            throw new IOException(file + " is no regular file");
        }
        unshared(dir, uid);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file");
        }
        if (!Files.readString(file).equals(before)) {
            throw new IOException(file + " is another than the one that was read");
        }
        Path fresh = dir.resolve(".holdfast-" + date + "-" + UUID.randomUUID());
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

    /** Whoever may write a directory on the way may put another file or a link there between two of our steps. */
    private static void unshared(Path dir, int uid) throws IOException {
        Path real = dir.toRealPath();
        for (Path d = real; d != null; d = d.getParent()) {
            int mode = number(d, "unix:mode");
            int owner = number(d, "unix:uid");
            boolean shared = (mode & OTHERS_WRITE) != 0 || ((mode & GROUP_WRITE) != 0 && number(d, "unix:gid") != 0);
            // In a sticky one nobody can rename what is ours, and what lies in it on this way is.
            boolean sticky = (mode & STICKY) != 0 && !d.equals(real);
            if ((owner != 0 && owner != uid) || (shared && !sticky)) {
                throw new IOException(d + " may be written by others than root and you: change what is in it by hand");
            }
        }
    }

    private static int number(Path file, String attribute) throws IOException {
        return (int) Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
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
        Files.getFileAttributeView(fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setPermissions(mode);
    }

    /**
     * Another name of the same file: its owner, mode and attributes are kept with it. It begins with a dot, so that no
     * {@code include DIR/*} and no cron reads it, too.
     */
    private static Path keep(Path file, Path dir, String date) throws IOException {
        String name = "." + file.getFileName() + ".holdfast-" + date;
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
