package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the daemon wherever it happens to be, again and again, under a flood of output. */
@Tag("process")
@Timeout(180)
class CrashTest {
    private static final int KILLS = Integer.getInteger("holdfast.kills", 12);
    private static final int LINES = 1_500_000;

    @TempDir
    Path home;

    @Test
    void neitherLosesNorDoublesALineOfAFlood() throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  flood:
                    type: oneshot
                    # Whole lines and pieces of lines, on both streams, in bursts; it cannot end unwatched.
                    command:
                      - awk
                      - |
                        function gate(file) { while ((getline line < file) <= 0) system("sleep 0.05") }
                        BEGIN {
                          gate("%1$s/go")
                          for (i = 1; i <= %2$d; i++) {
                            printf "out "; print i " xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                            if (i %% 10 == 0) print "err " i > "/dev/stderr"
                            if (i %% 4000 == 0) system("sleep 0.01")
                            if (i == %2$d - 10) gate("%1$s/end")
                          }
                        }
                    logging: { file: { rotation: { max_size: 20Mi, max_backups: 20 } } }
                """.formatted(home, LINES));
        try (daemon) {
            Files.writeString(home.resolve("go"), "go\n");
            for (int i = 0; i < KILLS; i++) {
                LockSupport.parkNanos(random.nextLong(1, 150_000_000)); // where it is then is the point
                daemon.kill9();
                daemon.upAgain();
            }
            Files.writeString(home.resolve("end"), "end\n");
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> daemon.cli("status", "flood").out().contains("completed"));
        }
        var out = new Counter("out", 1);
        var err = new Counter("err", 10);
        List<Path> files;
        try (var all = Files.list(home.resolve("log"))) {
            files = all.sorted((a, b) -> Integer.compare(age(b), age(a))).toList();
        }
        for (Path file : files) {
            try (var lines = Files.lines(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
                lines.forEach(l -> (l.contains(" stdout ") ? out : err).take(l));
            }
        }
        assertThat(out.next).as("seed " + seed).isEqualTo(LINES + 1);
        assertThat(err.next).as("seed " + seed).isEqualTo(LINES + 10);
    }

    @Test
    void keepsWhatAProgramSaidBeforeItEndedUnwatched() throws Exception {
        Path go = home.resolve("go");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  last:
                    type: oneshot
                    command: [sh, -c, 'echo first; until [ -e %1$s ]; do sleep 0.05; done; echo last words; rm %1$s']
                """.formatted(go));
        try (daemon) {
            Path log = home.resolve("log/last.0.log");
            await().until(() -> DaemonUnderTest.read(log).contains("first"));
            daemon.kill9();
            Files.writeString(go, "go\n");
            await().until(() -> !Files.exists(go));
            await().until(() -> DaemonUnderTest.carrying(go.toString()).isEmpty());
            daemon.upAgain();
            await().until(() -> DaemonUnderTest.read(log).contains("last words"));
        }
        assertThat(DaemonUnderTest.carrying(home.toString()))
                .as("not even the keeper")
                .isEmpty();
    }

    private static int age(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".log") ? 0 : Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
    }

    /** Each number exactly once and in order. */
    private static final class Counter {
        private final String word;
        private final int step;
        private int next;

        Counter(String word, int step) {
            this.word = word;
            this.step = step;
            this.next = step;
        }

        void take(String record) {
            String text = record.replaceFirst("^\\S+ \\S+ F\\S* ", "");
            assertThat(text).startsWith(word + " " + next);
            next += step;
        }
    }
}
