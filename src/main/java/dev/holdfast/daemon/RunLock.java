package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One daemon a run directory. The lock is the kernel's (fcntl(2)), so it ends with the process however that ends; the
 * pid inside is only for the message.
 */
final class RunLock implements AutoCloseable {
    private final FileChannel channel;
    private final Path file;
    private final Object key;

    private RunLock(FileChannel channel, Path file) throws IOException {
        this.channel = channel;
        this.file = file;
        this.key = key(file);
    }

    private static Object key(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /**
     * @return the held lock, or null with {@code holder} told when another daemon has it
     * @throws IOException when the file cannot be made
     */
    static @Nullable RunLock take(Path runDir, long ownPid) throws IOException {
        Path file = runDir.resolve("lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // Whoever may read it may lock it (fcntl(2)), and keep us from starting.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return null;
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ownPid + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return new RunLock(channel, file);
    }

    /** Whether the next daemon would come upon this lock: deleted, it still is ours and keeps nobody out. */
    boolean isThere() {
        try {
            return key.equals(key(file));
        } catch (IOException gone) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
