package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.top.Glass;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast top} on a terminal of the kernel's, with a real daemon. */
@Timeout(300)
class TopOnTerminalTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private static String yaml() {
        return """
            version: 1
            processes:
              web:
                command: [sh, -c, 'echo here I am; exec sleep 1000']
                replicas: 2
              mail:
                command: [sleep, "1000"]
            """;
    }

    @Test
    void showsActsAndGivesTheTerminalBack() throws Exception {
        assumeThat(Path.of("/usr/bin/script")).as("util-linux's script").exists();
        try (var daemon = DaemonUnderTest.up(home, yaml())) {
            daemon.awaitState("web/1", "up");
            int before = daemon.pidOf("web/0");
            Process p = terminal("top", "--every", "200ms");
            var glass = new Glass(90, 24);
            Thread reading = Thread.ofPlatform().start(() -> read(p, glass));
            sees(glass, "web/1");
            assertThat(glass.isTaken()).isTrue();
            assertThat(glass.line(0)).startsWith("holdfast 0.1.0  pid " + daemon.pid());
            assertThat(glass.line(1)).startsWith("3 replicas: 3 up");
            type(p, "\u001b[B"); // web/0
            type(p, "l");
            sees(glass, "here I am");
            type(p, "r");
            sees(glass, "restart web/0?");
            await().pollDelay(Duration.ofMillis(600)).until(() -> true); // nobody reads it in less than 400 ms
            type(p, "y");
            daemon.awaitAnother("web/0", before);
            sees(glass, "web/0 is up");
            type(p, "q");
            assertThat(p.waitFor()).as(glass.all()).isZero();
            reading.join();
            assertThat(glass.isGivenBack()).isTrue();
            assertThat(Files.readString(home.resolve("stty.after")))
                    .isEqualTo(Files.readString(home.resolve("stty.before")));
            assertThat(daemon.pidOf("web/0")).isNotEqualTo(before);
            daemon.awaitState("mail", "up");
        }
    }

    @Test
    void withoutATerminalItIsOneTable() {
        try (var daemon = DaemonUnderTest.up(home, yaml())) {
            daemon.awaitState("web/1", "up");
            DaemonUnderTest.Ran ran = daemon.cli("top");
            assertThat(ran.exit()).as(ran.err()).isZero();
            assertThat(ran.out())
                    .startsWith("NAME")
                    .contains("web/0", "web/1", "mail")
                    .doesNotContain("\u001b");
        }
        assertThat(DaemonUnderTest.command(home, "top").exit()).isEqualTo(3);
    }

    /** The command on a terminal of 90 by 24, between two looks at how that is set. */
    private Process terminal(String... args) throws IOException {
        var command = new ArrayList<>(DaemonUnderTest.java());
        command.addAll(List.of("--dir", home.toString()));
        command.addAll(List.of(args));
        String quoted =
                command.stream().map(a -> "'" + a.replace("'", "'\\''") + "'").collect(Collectors.joining(" "));
        Path file = home.resolve("on-terminal");
        Files.writeString(
                file,
                "stty rows 24 cols 90; stty -g >" + home + "/stty.before\n" + quoted + "\nrc=$?\nstty -g >" + home
                        + "/stty.after\nexit $rc\n");
        var builder = new ProcessBuilder("script", "-qefc", "sh " + file, "/dev/null");
        builder.environment().put("TERM", "xterm-256color");
        return builder.redirectError(home.resolve("script.err").toFile()).start();
    }

    private static void type(Process p, String keys) throws IOException {
        p.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        p.getOutputStream().flush();
    }

    private static void sees(Glass glass, String text) {
        await().atMost(SOON).untilAsserted(() -> assertThat(glass.all()).contains(text));
    }

    private static void read(Process p, Glass glass) {
        try (Reader in = p.inputReader(StandardCharsets.UTF_8)) {
            var some = new char[4096];
            for (int n = in.read(some); n > 0; n = in.read(some)) {
                glass.write(new String(some, 0, n));
            }
        } catch (IOException gone) {
            // script(1) ends with its terminal
        }
    }
}
