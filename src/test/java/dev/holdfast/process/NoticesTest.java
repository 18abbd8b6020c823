package dev.holdfast.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
@Timeout(60)
class NoticesTest {
    @TempDir
    private Path run;

    private LauncherUnderTest it;

    @BeforeEach
    void start() throws Exception {
        it = new LauncherUnderTest(run);
    }

    @AfterEach
    void stop() {
        it.stop();
    }

    @Test
    void hearsReadinessOnTheNotifySocketAfterTheStart() {
        InstanceId id = it.launch(true, "perl", "-MSocket", "-e", """
                socket(S, AF_UNIX, SOCK_DGRAM, 0);
                send(S, "STATUS=warm\\nREADY=1", 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die $!;
                """);
        it.until(() -> it.emptied(id));
        assertThat(it.events.get(0)).isInstanceOf(ProcessEvent.Started.class);
        assertThat(it.events).contains(new ProcessEvent.Notified(id, "STATUS=warm\nREADY=1"));
    }

    @Test
    void aFloodOfNoticesLeavesTheLoopTimeForOthers() {
        InstanceId id = it.launch(true, "perl", "-MSocket", "-e", """
                socket(S, AF_UNIX, SOCK_DGRAM, 0);
                $to = sockaddr_un($ENV{NOTIFY_SOCKET});
                while (1) { send(S, "STATUS=busy", 0, $to) }
                """);
        it.until(() -> it.events.stream().anyMatch(ProcessEvent.Notified.class::isInstance));
        for (int turn = 0; turn < 50; turn++) {
            int before = it.events.size();
            it.poller.await(1_000_000);
            assertThat(it.events.size() - before).as("messages of one turn").isLessThanOrEqualTo(16);
        }
        it.launcher.kill(id);
        it.until(() -> it.emptied(id));
    }
}
