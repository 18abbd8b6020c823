package dev.holdfast.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A wall clock of the daemon's and its programs' own: others of the host need theirs. Debian's libfaketime answers in place of
 * the C library; the monotonic clock goes on as it does when a real one is set.
 *
 * @param offset the file that says how far away it is
 */
record Clock(Path library, Path offset) {
    private static final Path LIBRARIES = Path.of("/usr/lib");

    /** Empty when the library is not installed. */
    static Optional<Clock> in(Path home) throws IOException {
        try (Stream<Path> architectures = Files.list(LIBRARIES)) {
            Optional<Path> library = architectures
                    .map(a -> a.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isReadable)
                    .findFirst();
            if (library.isEmpty()) {
                return Optional.empty();
            }
            var clock = new Clock(library.get(), home.resolve("clock"));
            clock.set(0);
            return Optional.of(clock);
        }
    }

    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                "FAKETIME_CACHE_DURATION", "1", // seconds: within them a jump is seen
                "FAKETIME_FORCE_MONOTONIC_FIX", "0", // else a JVM's waits end at once, again and again
                "DONT_FAKE_MONOTONIC", "1", // as older versions call it
                "FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    /** So many seconds away from the host's. */
    void set(long seconds) throws IOException {
        Path fresh = offset.resolveSibling("clock.new");
        Files.writeString(fresh, (seconds < 0 ? "" : "+") + seconds + "\n");
        Files.move(fresh, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
