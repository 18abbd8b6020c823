package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.PlanReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the heap it is shipped with, a daemon takes the largest configurations that are allowed, and refuses others. */
@Tag("process")
@Timeout(600)
class LargestConfigurationTest {
    @TempDir
    Path home;

    @Test
    void theLargestIsTakenTwiceAndWhatIsLargerIsRefusedWithNothingChanged() throws IOException {
        Path file = home.resolve("holdfast.yaml");
        Files.writeString(home.resolve("vars"), "X=" + "x".repeat(1_000_000) + "\nY=" + "y".repeat(100_000) + "\n");
        DaemonUnderTest.write(file, largest("one"));
        try (var daemon = DaemonUnderTest.startAs(
                home,
                List.of(
                        "env",
                        "JAVA_TOOL_OPTIONS=" + shippedHeap()
                                + " -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError"),
                classes())) {
            for (String change : List.of("two")) {
                DaemonUnderTest.write(file, largest(change));
                assertThat(daemon.cli("plan").out()).contains("restart  p4999", "env");
                assertThat(daemon.cli("reload").exit()).isZero();
            }
            var client =
                    new Client(home.resolve("run/holdfast.sock")); // without a JVM for each; plan reads as reload does
            for (String tooLarge : List.of(
                    largest("four") + "  one-more: { command: [x] }\n",
                    "version: 1\nenv_file: [vars]\nprocesses: { a: { command: [" + "\"${X}\", ".repeat(500) + "] } }\n",
                    "version: 1\nenv_file: [vars]\nprocesses: { a: { command: [" + "\"${Y}\", ".repeat(500) + "] } }\n",
                    "version: 1\nprocesses: { a: { command: [" + "x, ".repeat(300_000) + "] } }\n",
                    "version: 1\nprocesses: { a: { command: [" + "'" + "x".repeat(3_400_000) + "'] } }\n",
                    "version: 1\nprocesses: " + "[".repeat(1_000_000) + "\n")) {
                DaemonUnderTest.write(file, tooLarge);
                refused(file, () -> client.postText("/api/v1/reload", "", PlanReply.class));
            }
            DaemonUnderTest.Ran check = daemon.cli("check", file.toString());
            assertThat(check.exit()).isEqualTo(2);
            assertThat(check.err()).startsWith(file + ":").doesNotContain("Exception", "Error");
            DaemonUnderTest.Ran reload = daemon.cli("reload");
            assertThat(reload.exit()).isEqualTo(2);
            assertThat(reload.err()).startsWith(check.err()).contains("nothing was changed");
            assertThat(daemon.replicas()).hasSize(5000);
        }
    }

    private static void refused(Path file, ThrowableAssert.ThrowingCallable asked) {
        assertThatThrownBy(asked)
                .hasMessageContaining("nothing was changed")
                .asInstanceOf(InstanceOfAssertFactories.type(ControlPort.Refused.class))
                .extracting(r -> r.failure().problems(), InstanceOfAssertFactories.list(String.class))
                .isNotEmpty()
                .allSatisfy(p -> assertThat(p).startsWith(file + ":").doesNotContain("Exception", "Error"));
    }

    /** As many processes as are allowed, as many values as are allowed, as much text as variables may make. */
    private static String largest(String change) {
        var yaml =
                new StringBuilder("version: 1\nenv_file: [vars]\nprocesses:\n  p0:\n    manual: true\n    command:\n");
        yaml.append("      - ${Y}\n".repeat(20));
        for (int i = 1; i < 5000; i++) {
            yaml.append("  p").append(i).append(":\n    command: [/usr/bin/program, --config, /etc/program/");
            yaml.append(i)
                    .append(".conf]\n    manual: true\n    env: { CHANGE: ")
                    .append(change);
            for (int v = 0; v < 17; v++) {
                yaml.append(", NAME")
                        .append(v)
                        .append(": value-")
                        .append(v)
                        .append('-')
                        .append(i);
            }
            yaml.append(" }\n");
        }
        return yaml.toString();
    }

    private static String shippedHeap() throws IOException {
        Matcher m = Pattern.compile("-Xmx\\d+m").matcher(Files.readString(Path.of("build/image")));
        assertThat(m.find()).isTrue();
        return m.group();
    }

    private static String classes() {
        return DaemonUnderTest.classPath();
    }
}
