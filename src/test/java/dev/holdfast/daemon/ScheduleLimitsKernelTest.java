package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkernel.OnPlainKernel;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits of a schedule's runs, kept by cgroup v2, and what history has of them. */
@OnPlainKernel
@Timeout(600)
class ScheduleLimitsKernelTest {
    @TempDir
    Path home;

    @Test
    void aRunThatWantsTooMuchMemoryIsKilledAndHistorySaysSo() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  hog:
                    cron: "@yearly"
                    command: [tail, /dev/zero]
                    resources: { limits: { memory: 64Mi, memory_swap: 64Mi } }
                  frugal:
                    cron: "@yearly"
                    command: ["true"]
                    resources: { limits: { memory: 64Mi } }
                """);
        try (daemon) {
            assertThat(daemon.cli("cron", "run", "hog", "--wait").out())
                    .contains("hog failed: was killed by its own memory limit (64Mi)");
            String told = daemon.cli("cron", "history", "hog", "--json").out();
            assertThat(told).contains("\"resultClass\":\"oom\"", "\"signal\":9");
            assertThat(number(told, "peakBytes")).isBetween(60.0 * (1 << 20), 64.0 * (1 << 20));
            assertThat(daemon.cli("cron", "run", "frugal", "--wait").exit()).isZero();
            assertThat(number(daemon.cli("cron", "history", "frugal", "--json").out(), "peakBytes"))
                    .isBetween(1.0, 16.0 * (1 << 20));
        }
    }

    @Test
    void aRunGetsTheShareOfAProcessorThatItMayHave() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  busy:
                    cron: "@yearly"
                    timeout: 8s
                    stop: { timeout: 1s }
                    command: [bash, -c, '(while :; do :; done) & while :; do :; done']
                    resources: { limits: { cpu: "0.5" } }
                """);
        try (daemon) {
            assertThat(daemon.cli("cron", "run", "busy", "--wait").out()).contains("busy timeout: no end within 8s");
            String told = daemon.cli("cron", "history", "busy", "--json").out();
            assertThat(told).contains("\"resultClass\":\"timeout\"");
            assertThat(number(told, "cpuSeconds") / number(told, "seconds")).isBetween(0.4, 0.56);
        }
    }

    @Test
    void historyHasWhatARunReadAndWrote() {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                schedules:
                  copies:
                    cron: "@yearly"
                    command: [sh, -c, "dd if=/dev/zero of=/dev/vda bs=1M count=8 oflag=direct && dd if=/dev/vda of=/dev/null bs=1M count=4 iflag=direct"]
                """);
        try (daemon) {
            assertThat(daemon.cli("cron", "run", "copies", "--wait").exit()).isZero();
            String told = daemon.cli("cron", "history", "copies", "--json").out();
            assertThat(number(told, "writtenBytes")).isBetween(8.0 * (1 << 20), 9.0 * (1 << 20));
            assertThat(number(told, "readBytes")).isBetween(4.0 * (1 << 20), 6.0 * (1 << 20));
        }
    }

    private static double number(String json, String key) {
        Matcher m = Pattern.compile("\"" + key + "\":([0-9.E]+)").matcher(json);
        assertThat(m.find()).as(key + " in " + json).isTrue();
        return Double.parseDouble(m.group(1));
    }
}
