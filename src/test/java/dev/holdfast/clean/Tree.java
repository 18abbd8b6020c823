package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.unit.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A root to clean, with something outside of it. */
final class Tree implements AutoCloseable {
    static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");

    final Path base;
    final Path root;
    final Path outside;
    private final Path proc;
    private final AtomicLong random = new AtomicLong(7);

    Tree() throws IOException {
        Path memory = Path.of("/dev/shm");
        base = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "holdfast-clean-")
                : Files.createTempDirectory("holdfast-clean-");
        root = Files.createDirectory(base.resolve("root"));
        outside = Files.createDirectory(base.resolve("outside"));
        // Only of ourselves: not on every machine root may look at all others.
        Path self = Path.of("/proc/self").toRealPath();
        proc = Files.createDirectory(base.resolve("proc"));
        Files.createSymbolicLink(proc.resolve(self.getFileName().toString()), self);
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createDirectories(outside.resolve("inner"));
        Files.writeString(outside.resolve("inner/deep"), "deep");
        age(outside.resolve("secret"), Duration.ofDays(30));
        age(outside.resolve("inner/deep"), Duration.ofDays(30));
        age(outside.resolve("inner"), Duration.ofDays(30));
    }

    /** A file below the root, of that age; so are directories that had to be made. */
    Path file(String path, Duration age, int bytes) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[bytes]);
        age(file, age);
        return file;
    }

    Path dir(String path, Duration age) throws IOException {
        Path dir = Files.createDirectories(root.resolve(path));
        age(dir, age);
        return dir;
    }

    static void age(Path file, Duration age) throws IOException {
        Files.getFileAttributeView(
                        file, java.nio.file.attribute.BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(NOW.minus(age)), null, null);
    }

    /** All directories below the root, the deepest first, of that age. */
    void ageDirectories(Duration age) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path d : all.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList()) {
                age(d, age);
            }
        }
    }

    Cleaner cleaner(Path... own) {
        return new Cleaner(proc, List.of(own), () -> NOW, random::incrementAndGet);
    }

    Cleaned clean(CleanupSpec spec) {
        return cleaner().clean(spec, false, () -> false);
    }

    Cleaned dryRun(CleanupSpec spec) {
        return cleaner().clean(spec, true, () -> false);
    }

    /** What there is below the root, by path. */
    List<String> left() throws IOException {
        return left(root);
    }

    static List<String> left(Path root) throws IOException {
        var left = new ArrayList<String>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(p -> !p.equals(root))
                    .map(p -> root.relativize(p).toString())
                    .sorted()
                    .forEach(left::add);
        }
        return left;
    }

    Spec spec() {
        return new Spec(root.toString());
    }

    /** A cleanup, piece by piece. */
    static final class Spec {
        String path;
        CleanupSpec.What what = CleanupSpec.What.ANYTHING;

        @Nullable
        String name;

        @Nullable
        Duration olderThan;

        @Nullable
        Long largerThan;

        boolean unused;
        CleanupSpec.Age age = CleanupSpec.Age.MODIFIED;
        int maxDepth = Integer.MAX_VALUE;
        int keepNewest;

        @Nullable
        Duration every;

        int retry;

        Spec(String path) {
            this.path = path;
        }

        Spec what(CleanupSpec.What w) {
            what = w;
            return this;
        }

        Spec name(String n) {
            name = n;
            return this;
        }

        Spec olderThan(Duration d) {
            olderThan = d;
            return this;
        }

        Spec largerThan(long bytes) {
            largerThan = bytes;
            return this;
        }

        Spec unused() {
            unused = true;
            return this;
        }

        Spec changed() {
            age = CleanupSpec.Age.CHANGED;
            return this;
        }

        Spec maxDepth(int d) {
            maxDepth = d;
            return this;
        }

        Spec keepNewest(int n) {
            keepNewest = n;
            return this;
        }

        Spec every(Duration d, int retries) {
            every = d;
            retry = retries;
            return this;
        }

        CleanupSpec made(String called) {
            return new CleanupSpec(
                    called,
                    path,
                    what,
                    name,
                    olderThan,
                    largerThan == null ? null : new ByteSize(largerThan),
                    unused,
                    age,
                    maxDepth,
                    keepNewest,
                    every,
                    retry,
                    List.of());
        }

        CleanupSpec made() {
            return made("temp");
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(base)) {
            for (Path p : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }
}
