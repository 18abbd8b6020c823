package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Status;
import dev.holdfast.loop.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that end at once and come back at once, all the time, cost no more than a bounded number of anything. */
@Tag("process")
@Timeout(300)
class CrashStormTest {
    private static final int PROGRAMS = 24;
    private static final int RESTARTS = 1500;
    /** Of what has ended: what the loop puts off, and as much again on its way through the pump. */
    private static final int BEHIND = 3 * Loop.MOST_LATER;

    private static final Pattern END = Pattern.compile("\"event\":\"Exited\"");

    @TempDir
    Path home;

    @Test
    void filesOfTheDeadAndTheJournalKeepUpWhileItGoesOn() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  storm: { command: ["true"], replicas: %d, restart: { policy: always, delay: 0s } }
                """.formatted(PROGRAMS));
        try (daemon) {
            int restarts = 0;
            while (restarts < RESTARTS) {
                int now = daemon.replicas().stream()
                        .mapToInt(Status.Replica::restarts)
                        .sum();
                long journalled = END.matcher(read(home.resolve("state/journal.jsonl")))
                        .results()
                        .count();
                assertThat(now).as("it goes on").isGreaterThanOrEqualTo(restarts);
                restarts = now;
                assertThat(journalled).as("journalled ends").isGreaterThan(restarts - BEHIND);
                assertThat(entries(home.resolve("run/instances"))).isLessThan(PROGRAMS + BEHIND);
                // Each has two pipes and a pidfd at the most.
                assertThat(entries(Path.of("/proc", Long.toString(daemon.pid()), "fd")))
                        .isLessThan(100 + 3 * (PROGRAMS + BEHIND));
            }
            assertThat(daemon.cli("stop", "storm").exit()).isZero();
            assertThat(daemon.replicas()).extracting(Status.Replica::state).containsOnly("down");
        }
    }

    private static long entries(Path dir) {
        try (Stream<Path> all = Files.list(dir)) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
