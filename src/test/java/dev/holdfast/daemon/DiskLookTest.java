package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DiskLookTest {
    @TempDir
    Path dir;

    private final AtomicLong now = new AtomicLong();

    @Test
    void aLookThatHangsGivesNoFiguresAnyMore() throws Exception {
        Path mounts = Files.createDirectory(dir.resolve("self")).resolve("mountinfo");
        Path types = dir.resolve("filesystems");
        Files.writeString(types, "\text4\n");
        Files.writeString(mounts, "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        var disks = new DiskLook(dir, now::get);
        await().atMost(Duration.ofSeconds(30)).until(() -> !disks.used().isEmpty());
        Files.delete(types);
        assertThat(new ProcessBuilder("mkfifo", types.toString()).start().waitFor())
                .isZero();
        try {
            now.addAndGet(Duration.ofMinutes(1).toNanos());
            assertThat(disks.used()).isNotEmpty();
            now.addAndGet(Duration.ofMinutes(3).toNanos());
            assertThat(disks.used()).isNotEmpty();
            now.incrementAndGet();
            assertThat(disks.used()).isEmpty();
        } finally {
            Files.writeString(types, "\text4\n"); // whoever waits for the pipe goes on
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> !disks.used().isEmpty());
    }
}
