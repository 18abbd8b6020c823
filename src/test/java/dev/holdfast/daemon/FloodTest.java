package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Floods of 100-byte lines, in writes of 64 KiB and line by line, into raw, prefixed and JSON files, through some two
 * hundred rotations and ten kill -9s of the daemon: each line once, whole and in order. {@code -Dholdfast.flood.mb=340}
 * makes it a gigabyte.
 */
@Tag("process")
@Timeout(1200)
class FloodTest {
    private static final int MEGABYTES = Integer.getInteger("holdfast.flood.mb", 100);
    private static final int LINES = MEGABYTES * 10_000;
    private static final int KILLS = 10;

    @TempDir
    Path home;

    @Test
    void noByteIsLostDoubledOrMixed() throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        long size = MEGABYTES * 1_000_000L / 70;
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                defaults:
                  process:
                    type: oneshot
                    command:
                      - sh
                      - -c
                      - |
                        until [ -e %1$s/go ]; do sleep 0.05; done
                        lines() {
                          awk -v from=$$1 -v to=$$2 'BEGIN {
                            for (i = from; i <= to; i++) {
                              printf "%%09d %%s\\n", i, "{xxxxxxxxx\\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                              if (from > 1 || i %% 20000 == 0) fflush()
                            }
                          }'
                        }
                        lines 1 %3$d | dd bs=64k iflag=fullblock status=none
                        lines %4$d %5$d
                        until [ -e %1$s/end ]; do sleep 0.05; done
                        lines %6$d %2$d
                processes:
                  raw: { logging: { file: { format: raw, rotation: { max_size: %7$d, max_backups: 1000 } } } }
                  prefixed: { logging: { file: { format: prefixed, rotation: { max_size: %7$d, max_backups: 1000 } } } }
                  json: { logging: { file: { format: json, rotation: { max_size: %7$d, max_backups: 1000 } } } }
                """.formatted(
                        home, LINES, LINES - LINES / 10, LINES - LINES / 10 + 1, LINES - 10, LINES - 9, size));
        try (daemon) {
            Files.writeString(home.resolve("go"), "");
            for (int i = 0; i < KILLS; i++) {
                LockSupport.parkNanos(random.nextLong(1, 200_000_000)); // where it is then is the point
                daemon.kill9();
                daemon.upAgain();
            }
            Files.writeString(home.resolve("end"), "");
            for (String name : List.of("raw", "prefixed", "json")) {
                await().atMost(Duration.ofMinutes(10))
                        .until(() -> daemon.cli("status", name).out().contains("completed"));
            }
        }
        int rotations = 0;
        for (String name : List.of("raw", "prefixed", "json")) {
            rotations += check(name, seed);
        }
        assertThat(rotations).isGreaterThanOrEqualTo(200);
    }

    /** @return how often its file was rotated */
    private int check(String name, long seed) throws Exception {
        List<Path> files;
        try (var all = Files.list(home.resolve("log"))) { // a kill in the midst of a rotation leaves a gap
            files = all.filter(f -> f.getFileName().toString().startsWith(name + ".0.log"))
                    .sorted((a, b) -> Integer.compare(number(b), number(a)))
                    .toList();
        }
        var seen = MessageDigest.getInstance("SHA-256");
        var expected = MessageDigest.getInstance("SHA-256");
        int line = 0;
        for (Path file : files) {
            try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
                for (String l = in.readLine(); l != null; l = in.readLine()) {
                    String text = text(name, l);
                    String should = line(++line);
                    if (!text.equals(should)) {
                        throw new IOException("seed " + seed + ", " + file + ": <" + l + "> for " + should);
                    }
                    seen.update(text.getBytes(StandardCharsets.US_ASCII));
                    expected.update(should.getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
        assertThat(line).as(name + ", seed " + seed).isEqualTo(LINES);
        assertThat(HexFormat.of().formatHex(seen.digest()))
                .isEqualTo(HexFormat.of().formatHex(expected.digest()));
        return files.size() - 1;
    }

    private static int number(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".log") ? 0 : Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
    }

    private static String line(int i) {
        return "%09d %s".formatted(i, "{xxxxxxxxx\"" + "x".repeat(78));
    }

    private static String text(String format, String record) {
        return switch (format) {
            case "raw" -> record;
            case "prefixed" -> record.replaceFirst("^\\S+ stdout F\\S* ", "");
            default ->
                record.replaceFirst(
                                "^\\{\"time\":\"[^\"]+\",\"process\":\"json\",\"replica\":0,\"instance\":\"\\w{32}\","
                                        + "\"stream\":\"stdout\",\"text\":\"(.*)\"}$",
                                "$1")
                        .replace("\\\"", "\"");
        };
    }
}
