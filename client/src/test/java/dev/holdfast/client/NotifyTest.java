package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NotifyTest {
    private static final Map<String, String> WANTED = Map.of("NOTIFY_SOCKET", "/run/x");

    private final List<String> sent = new ArrayList<>();
    private int refusals;

    private Notify notify(Map<String, String> environment, Duration patience) {
        return new Notify(
                environment,
                (socket, message) -> {
                    if (refusals-- > 0) {
                        throw new IOException("ECONNREFUSED");
                    }
                    sent.add(socket + " " + new String(message, StandardCharsets.UTF_8));
                },
                patience);
    }

    @Test
    void whereNobodyWantsToKnowNothingIsDone() throws NotifyException {
        Notify notify = notify(Map.of(), Duration.ZERO);
        assertThat(notify.wanted()).isFalse();
        assertThat(notify.ready()).isFalse();
        assertThat(notify(Map.of("NOTIFY_SOCKET", ""), Duration.ZERO).ready("up"))
                .isFalse();
        assertThat(sent).isEmpty();
    }

    @Test
    void saysReadyAndWhatItDoes() throws NotifyException {
        Notify notify = notify(WANTED, Duration.ZERO);
        assertThat(notify.ready()).isTrue();
        notify.ready("takes mails");
        notify.status("5 mails");
        assertThat(sent)
                .containsExactly("/run/x READY=1", "/run/x READY=1\nSTATUS=takes mails", "/run/x STATUS=5 mails");
        assertThatThrownBy(() -> notify.status("a\nREADY=1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDaemonThatIsBeingReplacedIsWaitedFor() throws NotifyException {
        refusals = 3;
        assertThat(notify(WANTED, Duration.ofSeconds(30)).ready()).isTrue();
        assertThat(sent).hasSize(1);
    }

    @Test
    void oneThatStaysAwayIsAnException() {
        refusals = Integer.MAX_VALUE;
        assertThatThrownBy(() -> notify(WANTED, Duration.ofMillis(100)).ready())
                .isInstanceOf(NotifyException.class)
                .hasMessageContaining("READY=1")
                .hasMessageContaining("/run/x")
                .hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void withoutAnyWayItSaysWhichThereAre() {
        assertThatThrownBy(() -> Wires.program("/run/x", "READY=1", "/nonexistent"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Java 22")
                .hasMessageContaining("systemd-notify");
    }

    @Test
    void whereOneProgramDoesNotWorkTheNextOneIsTried(@TempDir Path bin) throws Exception {
        program(bin.resolve("systemd-notify"), "echo 'unrecognized option --no-block' >&2; exit 1");
        assertThatThrownBy(() -> Wires.program("/run/x", "READY=1", bin.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unrecognized option");
        program(bin.resolve("logger"), "echo \"$@\" > " + bin.resolve("said"));
        Wires.program("/run/x", "READY=1", bin.toString());
        assertThat(Files.readString(bin.resolve("said"))).contains("READY=1");
    }

    @Test
    void aProgramWhoseChildKeepsItsOutputIsNotWaitedFor(@TempDir Path bin) throws Exception {
        program(bin.resolve("systemd-notify"), "sleep 300 & echo $! > " + bin.resolve("pid"));
        try {
            Wires.program("/run/x", "READY=1", bin.toString());
        } finally {
            ProcessHandle.of(Long.parseLong(Files.readString(bin.resolve("pid")).strip()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void program(Path file, String does) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + does + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void whereNativeAccessIsDeniedAProgramSaysIt() throws Exception {
        Notify.Wire denied = (socket, message) -> {
            throw new ExceptionInInitializerError(new IllegalCallerException("Illegal native access"));
        };
        Wires.best(denied, (socket, message) -> sent.add(socket)).send("/run/x", new byte[0]);
        assertThat(sent).containsExactly("/run/x");
    }

    @Test
    void programsAreToldWhatToSayAndWhere() {
        assertThat(Wires.command("/bin/systemd-notify", "systemd-notify", "/run/x", "READY=1\nSTATUS=a b"))
                .containsExactly("/bin/systemd-notify", "--no-block", "--", "READY=1", "STATUS=a b");
        assertThat(Wires.command("/bin/logger", "logger", "/run/x", "READY=1"))
                .containsSubsequence("-d", "-u", "/run/x", "--", "notify\nREADY=1");
    }

    @Test
    void surroundingsAreReadStrictly() {
        Surroundings all = Surroundings.of(Map.of(
                "HOLDFAST_INSTANCE", "i",
                "HOLDFAST_PROCESS", "web",
                "HOLDFAST_REPLICA", "2",
                "HOLDFAST_PORT", "8002",
                "HOLDFAST_SOCKET", "/run/holdfast/holdfast.sock",
                "HOLDFAST_STOP_SECONDS", "0.25"));
        assertThat(all.held()).isTrue();
        assertThat(all.stop()).isEqualTo(Duration.ofMillis(250));
        assertThat(all.port()).isEqualTo(8002);
        assertThat(all.worker())
                .startsWith("web.2-" + ProcessHandle.current().pid())
                .matches(".*@[^@\\s]+");
        assertThat(Surroundings.of(Map.of()).held()).isFalse();
        assertThatThrownBy(() -> Surroundings.of(Map.of("HOLDFAST_STOP_SECONDS", "soon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOLDFAST_STOP_SECONDS");
    }
}
