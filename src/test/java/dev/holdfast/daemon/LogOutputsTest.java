package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines on their way from a program through the daemon's outputs. */
@Tag("process")
@Timeout(300)
class LogOutputsTest {
    private static final Path RSYSLOGD = Path.of("/usr/sbin/rsyslogd");
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    Path home;

    @Test
    void rsyslogReceivesAllThreeTransports() throws Exception {
        assumeTrue(Files.exists(RSYSLOGD), "no rsyslogd");
        int udp = Ports.free();
        int tcp = Ports.free();
        Path received = home.resolve("received");
        Files.writeString(home.resolve("rsyslog.conf"), """
                global(workDirectory="%1$s")
                module(load="imudp")
                module(load="imtcp")
                module(load="imuxsock" SysSock.Use="off")
                input(type="imudp" address="127.0.0.1" port="%2$d" name="udp")
                input(type="imtcp" address="127.0.0.1" port="%3$d" name="tcp")
                input(type="imuxsock" Socket="%1$s/dev-log" UseSpecialParser="off" RateLimit.Interval="0")
                template(name="t" type="string" string="%%inputname%% %%syslogfacility-text%%.%%syslogseverity-text%% %%app-name%% %%procid%%:%%msg%%\\n")
                *.* action(type="omfile" file="%4$s" template="t")
                """.formatted(home, udp, tcp, received));
        Process rsyslog = new ProcessBuilder(
                        RSYSLOGD.toString(),
                        "-n",
                        "-f",
                        home.resolve("rsyslog.conf").toString(),
                        "-i",
                        home + "/pid")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("rsyslog.out").toFile())
                .start();
        try {
            await().atMost(SOON).until(() -> Files.exists(home.resolve("dev-log")));
            var daemon = DaemonUnderTest.up(home, """
                    version: 1
                    global:
                      logging:
                        outputs:
                          - { type: syslog, address: "127.0.0.1:%d", facility: local3 }
                          - { type: syslog, address: "tcp://127.0.0.1:%d", facility: local4, format: json }
                          - { type: syslog, address: "unix://%s/dev-log", facility: local5, level: warning }
                    processes:
                      talk: { type: oneshot, command: [printf, 'plain\\nlevel=error bad\\n'] }
                    """.formatted(udp, tcp, home));
            try (daemon) {
                daemon.awaitState("talk", "completed");
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(DaemonUnderTest.read(received))
                                .contains("udp local3.info talk 0:plain\n")
                                .contains("udp local3.err talk 0:level=error bad\n")
                                .contains("udp local3.info holdfast 0:talk started, pid")
                                .containsPattern(
                                        "tcp local4.info talk 0:\\{.*\"process\":\"talk\".*\"text\":\"plain\"}\n")
                                .containsPattern(
                                        "tcp local4.err talk 0:\\{.*\"level\":\"error\",\"text\":\"level=error bad\"}\n")
                                .contains("imuxsock local5.err talk 0:level=error bad\n"));
                assertThat(DaemonUnderTest.read(received)).doesNotContain("local5.info");
            }
        } finally {
            rsyslog.destroy();
            if (!rsyslog.waitFor(20, TimeUnit.SECONDS)) {
                rsyslog.destroyForcibly();
            }
        }
    }

    @Test
    void severalAtOnceEachInItsFormAndADeadServerInNobodysWay() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global:
                  logging:
                    outputs:
                      - { type: stdout, format: json, level: notice }
                      - { type: file, path: %1$s/all.log }
                      - { type: syslog, address: "tcp://127.0.0.1:%2$d" }
                processes:
                  talk:
                    type: oneshot
                    command: [sh, -c, 'echo "{\\"level\\":\\"warn\\",\\"n\\":1}"; seq 200000']
                    logging: { labels: { env: test } }
                """.formatted(home, Ports.free()));
        try (daemon) {
            daemon.awaitState("talk", "completed");
            await().atMost(SOON)
                    .until(() -> DaemonUnderTest.read(home.resolve("all.log")).contains(" talk | 200000\n"));
            assertThat(DaemonUnderTest.read(home.resolve("all.log"))
                            .lines()
                            .filter(l -> l.matches("\\S+ talk \\| \\d+")))
                    .hasSize(200000);
            assertThat(daemon.daemonOutput())
                    .contains(
                            "\"level\":\"warning\",\"labels\":{\"env\":\"test\"},\"json\":{\"level\":\"warn\",\"n\":1}}\n")
                    .contains("the output syslog tcp://127.0.0.1")
                    .doesNotContain("\"text\":\"200000\"");
            assertThat(DaemonUnderTest.read(home.resolve("state/journal.jsonl")))
                    .contains("LogUnwritable");
        }
    }

    @Test
    void secretsReachNeitherFilesNorOutputsAndTracesStayTogether() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  app:
                    command:
                      - sh
                      - -c
                      - |
                        echo 'ERROR login password=SECRET1 failed'
                        printf '\\tat a\\n\\tat Bearer SECRET2\\n'
                        echo 'DEBUG detail'
                        exec sleep 1000
                    logging:
                      min_level: info
                      redact: ['password=\\S+', 'Bearer \\S+']
                      multiline: { continuation: '^\\s', max_wait: 200ms }
                      file: { format: json }
                """);
        try (daemon) {
            Path log = home.resolve("log/app.0.log");
            await().atMost(SOON).until(() -> DaemonUnderTest.read(log).contains("at a"));
            assertThat(DaemonUnderTest.read(log))
                    .contains(
                            "\"level\":\"error\",\"text\":\"ERROR login [redacted] failed\\n\\tat a\\n\\tat [redacted]\"}")
                    .doesNotContain("DEBUG");
            assertThat(daemon.cli("logs", "app", "--level", "error", "--no-prefix")
                            .out())
                    .isEqualTo("ERROR login [redacted] failed\n\tat a\n\tat [redacted]\n");
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("app | \tat [redacted]"));
            assertThat(everything()).doesNotContain("SECRET");
        }
    }

    @Test
    void whatADiskFilledToItsLastByteCannotTakeIsOnStandardOutput() throws Exception {
        Path disk = Files.createDirectories(home.resolve("log"));
        var mount = DaemonUnderTest.runPlain(
                List.of("mount", "-t", "tmpfs", "-o", "size=256k,mode=0755", "holdfast-test", disk.toString()));
        assumeTrue(mount.exit() == 0, "mounting a tmpfs is not permitted here");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global: { logging: { outputs: [{ type: file, path: %1$s/all.log }] } }
                processes:
                  ticks:
                    type: oneshot
                    command:
                      - sh
                      - -c
                      - |
                        tick() { i=$$1; while [ $$i -le $$2 ]; do echo "tick $$i"; i=$$((i+1)); done; }
                        tick 1 100; until [ -e %1$s/full ]; do sleep 0.05; done
                        n=101; while [ $$n -lt 3001 ]; do tick $$n $$((n+99)); n=$$((n+100)); sleep 0.01; done
                        until [ -e %1$s/room ]; do sleep 0.05; done
                        tick 3001 4000
                """.formatted(home));
        try (daemon) {
            await().atMost(SOON).until(() -> daemon.logged("ticks.0.log").contains("tick 100"));
            DaemonUnderTest.runPlain(List.of("dd", "if=/dev/zero", "of=" + disk.resolve("filler"), "bs=4k"));
            DaemonUnderTest.runPlain(List.of("dd", "if=/dev/zero", "of=" + disk.resolve("filler2"), "bs=1"));
            Files.writeString(home.resolve("full"), "");
            await().atMost(SOON).until(() -> daemon.daemonOutput().contains("ticks | tick 3000\n"));
            assertThat(daemon.cli("doctor").out()).contains("1 log files cannot be written");
            Files.delete(disk.resolve("filler"));
            Files.writeString(home.resolve("room"), "");
            daemon.awaitState("ticks", "completed");
            await().atMost(SOON).until(() -> daemon.logged("ticks.0.log").contains("tick 4000"));

            var everywhere = new java.util.TreeMap<Integer, Integer>();
            java.util.stream.Stream.concat(
                            daemon.logged("ticks.0.log").stream(),
                            daemon.daemonOutput().lines().map(l -> l.replaceFirst("^ticks \\| ", "")))
                    .filter(l -> l.matches("tick \\d+"))
                    .forEach(l -> everywhere.merge(Integer.parseInt(l.substring(5)), 1, Integer::sum));
            assertThat(everywhere).hasSize(4000);
            assertThat(everywhere.values()).containsOnly(1);
            assertThat(daemon.logged("ticks.0.log")).anyMatch(l -> l.contains("bytes of output are missing here"));
            await().atMost(SOON).untilAsserted(() -> {
                String journal = DaemonUnderTest.read(home.resolve("state/journal.jsonl"));
                assertThat(journal.split("LogUnwritable", -1)).hasSize(2);
                assertThat(journal.split("LogWritable", -1)).hasSize(2);
            });
        } finally {
            DaemonUnderTest.runPlain(List.of("umount", "-l", disk.toString()));
        }
    }

    @Test
    void whatLogrotateRenamesIsLeftAloneFromTheMomentTheCommandEnds() throws Exception {
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                global: { logging: { outputs: [{ type: file, path: %1$s/all.log }] } }
                processes:
                  other: { command: [sleep, "1000"] }
                  ticks: { command: [sh, -c, 'i=0; while :; do i=$$((i+1)); echo "tick $$i"; sleep 0.01; done'] }
                """.formatted(home));
        try (daemon) {
            Path log = home.resolve("log/ticks.0.log");
            Path renamed = home.resolve("log/ticks.0.log-20261121");
            await().atMost(SOON).until(() -> daemon.logged("ticks.0.log").contains("tick 10"));
            Files.move(log, renamed);
            Files.move(home.resolve("all.log"), home.resolve("all.log.old"));
            assertThat(daemon.cli("logs", "--reopen").exit()).isZero();
            long size = Files.size(renamed);
            await().atMost(SOON).until(() -> Files.exists(log) && Files.size(log) > 500);
            assertThat(Files.size(renamed)).isEqualTo(size);
            await().atMost(SOON)
                    .until(() -> DaemonUnderTest.read(home.resolve("all.log")).contains(" ticks | tick"));
            assertThat(daemon.daemonOutput()
                            + DaemonUnderTest.read(home.resolve("all.log.old"))
                            + DaemonUnderTest.read(home.resolve("all.log")))
                    .contains("log files are opened anew, asked by ");
            assertThat(daemon.cli("logs", "--reopen", "ticks").exit()).isEqualTo(2);

            // By the signal, which would be the process's if there were only one.
            Files.move(log, home.resolve("log/ticks.0.log-20261122"));
            daemon.signal("USR1");
            await().atMost(SOON).until(() -> Files.exists(log) && Files.size(log) > 500);
        }
    }

    @Test
    void aReloadExchangesOutputsAndLosesNoLineOnTheWay() throws Exception {
        String yaml = """
                version: 1
                global:
                  logging:
                    outputs:
                      - { type: file, path: "%1$s/stays" }
                      - { type: file, path: "%1$s/%2$s" }
                processes:
                  counts: { command: [sh, -c, 'i=0; while :; do i=$$((i + 1)); echo "n $$i"; sleep 0.002; done'] }
                """;
        var daemon = DaemonUnderTest.up(home, yaml.formatted(home, "first"));
        try (daemon) {
            await().atMost(SOON).until(() -> counted("first").size() > 200);
            int pid = daemon.pidOf("counts");
            Files.writeString(home.resolve("holdfast.yaml"), yaml.formatted(home, "second"));
            assertThat(daemon.cli("plan").out()).contains("change").contains("logging.outputs");
            assertThat(daemon.cli("reload").out()).contains("logging.outputs");
            await().atMost(SOON).until(() -> counted("second").size() > 200);
            assertThat(daemon.pidOf("counts")).isEqualTo(pid);
            assertThat(daemon.cli("plan").out()).contains("nothing");
            assertThat(daemon.cli("stop", "counts").exit()).isZero();
        }
        List<Integer> all = new ArrayList<>(counted("first"));
        all.addAll(counted("second"));
        assertThat(all).isEqualTo(IntStream.rangeClosed(1, all.size()).boxed().toList());
        assertThat(counted("stays")).isEqualTo(all);
    }

    private List<Integer> counted(String file) {
        return DaemonUnderTest.read(home.resolve(file))
                .lines()
                .filter(l -> l.matches(".* n \\d+"))
                .map(l -> Integer.valueOf(l.substring(l.lastIndexOf(' ') + 1)))
                .toList();
    }

    /** All that the daemon wrote, but the configuration. */
    private String everything() throws IOException {
        var all = new StringBuilder();
        try (var files = Files.walk(home)) {
            for (Path f : files.filter(Files::isRegularFile)
                    .filter(f -> !List.of("holdfast.yaml", "pump", "carries")
                            .contains(f.getFileName().toString()))
                    .toList()) {
                all.append(DaemonUnderTest.read(f));
            }
        }
        return all.toString();
    }
}
