package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.linux.NotifySocket;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdNoticesTest {
    @TempDir
    private Path dir;

    private final List<String> said = new ArrayList<>();

    @Test
    void tellsEachStepAndTheWatchdogTwiceInItsTime() throws IOException {
        Path path = dir.resolve("notify");
        try (NotifySocket socket = NotifySocket.bind(path, -1, -1)) {
            var notices = new SystemdNotices(
                    Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "4000000", "WATCHDOG_PID", "7"),
                    7,
                    said::add);
            assertThat(notices.deadline()).isEqualTo(MonoTime.NEVER);
            MonoTime now = new MonoTime(5_000_000);
            notices.ready(1, now);
            assertThat(socket.receive()).hasValue("READY=1\nSTATUS=supervises 1 process");
            notices.tick(now);
            notices.tick(now);
            assertThat(socket.receive()).hasValue("WATCHDOG=1");
            assertThat(socket.receive()).isEmpty();
            assertThat(notices.deadline()).isEqualTo(now.plus(Duration.ofSeconds(2)));
            notices.reloading(now);
            assertThat(socket.receive()).hasValue("RELOADING=1\nMONOTONIC_USEC=5000");
            notices.reloaded(2, "no\nsuch key");
            assertThat(socket.receive())
                    .hasValue("READY=1\nSTATUS=supervises 2 processes; the last reload was refused: no such key");
            notices.stopping(Duration.ofSeconds(50));
            assertThat(socket.receive())
                    .hasValueSatisfying(t -> assertThat(t).startsWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=50000000\n"));
            assertThat(said).isEmpty();
        }
    }

    @Test
    void isSilentWhereNobodyAsked() {
        var notices = new SystemdNotices(Map.of("WATCHDOG_USEC", "4000000"), 7, said::add);
        notices.ready(1, new MonoTime(5));
        assertThat(notices.deadline()).isEqualTo(MonoTime.NEVER);
        var others = new SystemdNotices(
                Map.of(
                        "NOTIFY_SOCKET",
                        dir.resolve("none").toString(),
                        "WATCHDOG_USEC",
                        "4000000",
                        "WATCHDOG_PID",
                        "8"),
                7,
                said::add);
        others.ready(1, new MonoTime(5));
        assertThat(others.deadline()).as("another's watchdog").isEqualTo(MonoTime.NEVER);
        assertThat(said).singleElement().asString().contains("systemd cannot be told", "no such file");
    }
}
