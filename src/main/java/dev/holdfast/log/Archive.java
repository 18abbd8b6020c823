package dev.holdfast.log;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Older files: renamed at a rotation, on whatever thread rotates; compressed, and deleted by age and by the directory's
 * quota, on a thread of its own, which waits without end while nothing is written. Thread-safe.
 */
final class Archive implements AutoCloseable {
    private static final Duration LOOKS_AT_AGES = Duration.ofHours(1);
    private static final long WORTH_CUTTING = 64 << 10;

    private final Path directory;
    private final long quota;
    private final Supplier<Instant> clock;
    private final Consumer<String> warn;
    private final Consumer<Path> cutShort;
    /** Held for renames only, never while something is compressed. */
    private final ReentrantLock names = new ReentrantLock();

    private final Map<Path, Rotation> known = new ConcurrentHashMap<>();
    private final Set<Path> asked = ConcurrentHashMap.newKeySet();
    private final LinkedBlockingQueue<Path> work = new LinkedBlockingQueue<>();
    private final AtomicLong written = new AtomicLong();
    private final Thread thread;
    private boolean quotaTold;
    private boolean failureTold;
    private volatile boolean closing;
    private volatile boolean busy;
    /** Not given back yet. */
    private final AtomicReference<@Nullable Fd> deleted = new AtomicReference<>();

    /**
     * @param quota bytes that all files of {@code directory} may have together; 0: no bound
     * @param cutShort asked to rotate a log that alone is too large
     */
    Archive(Path directory, long quota, Supplier<Instant> clock, Consumer<String> warn, Consumer<Path> cutShort) {
        this.directory = directory;
        this.quota = quota;
        this.clock = clock;
        this.warn = warn;
        this.cutShort = cutShort;
        this.thread = Thread.ofPlatform().name("holdfast-archive").daemon().start(this::run);
    }

    /** Makes room for a new current file. May block on the disk, as writing does. */
    void rotate(Path current, Rotation rotation) throws IOException {
        names.lock();
        try {
            makeRoom(current, rotation.maxBackups());
        } finally {
            names.unlock();
        }
        know(current, rotation);
        if (rotation.compress() || rotation.maxAge() != null || deleted.get() != null) {
            look(current);
        }
    }

    /** With one call of the kernel a file, however many there are. */
    private void makeRoom(Path current, int most) throws IOException {
        List<Backup> all = Backup.of(current);
        int free = 1; // the first number that nobody has: what is below moves up
        for (Backup b : all) {
            free = b.number() == free ? free + 1 : free;
        }
        int top = Math.min(free, most);
        for (Backup b : all.reversed()) {
            if (b.number() == top || b.number() > most) {
                delete(b.path());
            } else if (b.number() < top) {
                Files.move(
                        b.path(), Backup.at(current, b.number() + 1, b.compressed()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        try {
            if (most == 0) {
                Files.deleteIfExists(current);
            } else {
                Files.move(current, Backup.at(current, 1, false), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (NoSuchFileException none) {
            // nothing was written since it was taken away
        }
    }

    /**
     * Deletes a file whose blocks the own thread gives back, by closing it last: that takes milliseconds, for which a
     * program would wait. But one at a time, and at once when that thread has other work: a full disk needs the room now.
     */
    private void delete(Path file) throws IOException {
        if (!busy && deleted.get() == null) {
            try {
                deleted.set(Descriptors.open(file, Descriptors.O_RDONLY | Descriptors.O_NOFOLLOW, 0));
            } catch (Errno unreadable) {
                // then it takes its time
            }
        }
        Files.deleteIfExists(file);
    }

    private void giveBack() {
        Fd last = deleted.getAndSet(null);
        if (last != null) {
            last.close();
        }
    }

    /** A log whose older files are looked after from now on. */
    void know(Path current, Rotation rotation) {
        Rotation before = known.put(current, rotation);
        if (!rotation.equals(before) && (rotation.compress() || rotation.maxAge() != null)) {
            look(current);
        }
    }

    /** So much was written to some log; the quota is looked at now and then. */
    void wrote(long bytes) {
        if (quota > 0 && written.addAndGet(bytes) > quota / 32) {
            written.set(0);
            look(directory);
        }
    }

    private void look(Path at) {
        if (asked.add(at)) {
            work.add(at);
        }
    }

    private void run() {
        try {
            look(directory);
            while (!closing) {
                Path next = ages() ? work.poll(LOOKS_AT_AGES.toMillis(), TimeUnit.MILLISECONDS) : work.take();
                List<Path> due = next == null ? List.copyOf(known.keySet()) : List.of(next);
                busy = true;
                for (Path each : due) {
                    asked.remove(each);
                    attempt(each);
                }
                busy = false;
                giveBack();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean ages() {
        return known.values().stream().anyMatch(r -> r.maxAge() != null);
    }

    private void attempt(Path at) {
        try {
            Rotation rotation = known.get(at);
            if (rotation != null) {
                age(at, rotation.maxAge());
                if (rotation.compress()) {
                    pack(at);
                }
            }
            if (quota > 0 && at.equals(directory)) {
                enforceQuota();
            }
        } catch (IOException | RuntimeException e) {
            if (!failureTold) {
                failureTold = true;
                warn.accept("older log files cannot be looked after: " + e);
            }
        }
    }

    private void age(Path current, @Nullable Duration maxAge) throws IOException {
        if (maxAge == null) {
            return;
        }
        Instant oldest = clock.get().minus(maxAge);
        names.lock();
        try {
            for (Backup b : Backup.of(current)) {
                if (Files.getLastModifiedTime(b.path()).toInstant().isBefore(oldest)) {
                    Files.deleteIfExists(b.path());
                }
            }
        } finally {
            names.unlock();
        }
    }

    private void pack(Path current) throws IOException {
        Path unfinished = current.resolveSibling(current.getFileName() + Backup.UNFINISHED);
        for (Backup b : whole(current)) {
            if (b.compressed()) {
                continue;
            }
            try {
                long inode = pack(b.path(), unfinished);
                Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-r-----"));
                replace(current, inode, unfinished);
            } catch (NoSuchFileException rotatedAwayMeanwhile) {
                look(current);
                return;
            } finally {
                Files.deleteIfExists(unfinished);
            }
        }
    }

    /** All of a log, after taking away plain files whose compressed ones are whole: a crash came between. */
    private List<Backup> whole(Path current) throws IOException {
        names.lock(); // else a number may by now be a newer file's
        try {
            List<Backup> all = Backup.of(current);
            for (Backup b : all) {
                if (b.compressed()) {
                    Files.deleteIfExists(Backup.at(current, b.number(), false));
                }
            }
            return all;
        } finally {
            names.unlock();
        }
    }

    /** @return which file it was, wherever that is by now */
    private long pack(Path plain, Path unfinished) throws IOException {
        InputStream opened;
        long inode;
        names.lock(); // so that both are of the same file
        try {
            inode = Backup.inode(plain);
            opened = Files.newInputStream(plain);
        } finally {
            names.unlock();
        }
        try (InputStream in = opened) {
            Packed.write(in, inode, unfinished);
        }
        return inode;
    }

    /** Puts the compressed file where the plain one is by now. */
    private void replace(Path current, long inode, Path packed) throws IOException {
        names.lock();
        try {
            for (Backup b : Backup.of(current)) {
                if (!b.compressed() && Backup.inode(b.path()) == inode) {
                    Files.setLastModifiedTime(packed, Files.getLastModifiedTime(b.path()));
                    Files.move(packed, Backup.at(current, b.number(), true));
                    Files.delete(b.path());
                    return;
                }
            }
        } finally {
            names.unlock();
        }
    }

    private record Held(Path path, long bytes, Instant touched) {}

    private void enforceQuota() throws IOException {
        List<Held> files = files();
        long total = files.stream().mapToLong(Held::bytes).sum();
        int deleted = 0;
        var oldestFirst = new ArrayList<>(
                files.stream().filter(f -> Backup.isOne(f.path())).toList());
        oldestFirst.sort(Comparator.comparing(Held::touched));
        names.lock();
        try {
            for (Held f : oldestFirst) {
                if (total <= quota) {
                    break;
                }
                total -= Files.deleteIfExists(f.path()) ? f.bytes() : 0;
                deleted++;
            }
        } finally {
            names.unlock();
        }
        if (total > quota) {
            files.stream()
                    .filter(f -> !Backup.isOne(f.path()) && f.bytes() > WORTH_CUTTING)
                    .max(Comparator.comparingLong(Held::bytes))
                    .ifPresent(f -> cutShort.accept(f.path()));
        }
        if (deleted > 0 && !quotaTold) {
            quotaTold = true;
            warn.accept("the logs in " + directory + " passed their " + quota
                    + " bytes (global.logging.max_total_size): the oldest rotated files are deleted");
        }
    }

    private List<Held> files() throws IOException {
        var files = new ArrayList<Held>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (Stream<Path> all = Files.walk(directory, 4, new FileVisitOption[0])) {
            for (Path f : all.filter(Files::isRegularFile).toList()) {
                try {
                    files.add(new Held(
                            f, Files.size(f), Files.getLastModifiedTime(f).toInstant()));
                } catch (NoSuchFileException rotatedMeanwhile) {
                    // its new name is looked at the next time
                }
            }
        }
        return files;
    }

    @Override
    public void close() {
        closing = true;
        work.add(directory);
        try {
            thread.join(Duration.ofSeconds(2)); // what is compressed just now is done again by the next daemon
            giveBack();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
