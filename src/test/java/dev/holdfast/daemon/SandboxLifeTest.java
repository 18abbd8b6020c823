package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.sandbox.SandboxAbility;
import dev.holdfast.testkernel.AlsoOnPlainKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sandbox from its first start to another daemon's; the run directory lies below /tmp, which it hides. */
@Tag("process")
@AlsoOnPlainKernel
@Timeout(600)
class SandboxLifeTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    @TempDir
    Path home;

    @BeforeEach
    void needsNamespaces() {
        SandboxAbility ability = SandboxAbility.tried();
        assumeTrue(ability.noNamespaces() == null, "no namespaces here: " + ability.noNamespaces());
    }

    @Test
    void itsChecksAndHooksShareItAndTheNextDaemonAdoptsIt() throws IOException {
        String yaml = """
                version: 1
                processes:
                  web:
                    user: nobody
                    sandbox: { private_tmp: true, private_network: true, hostname: hf-one, protect_system: strict }
                    command:
                      - perl
                      - -MSocket
                      - -e
                      - |
                        socket(S, PF_UNIX, SOCK_DGRAM, 0);
                        connect(S, sockaddr_un($$ENV{NOTIFY_SOCKET})) or die "notify: $$!";
                        socket(L, PF_INET, SOCK_STREAM, 0);
                        bind(L, sockaddr_in(8080, INADDR_LOOPBACK)) && listen(L, 5) or die "listen: $$!";
                        open(F, ">/tmp/alive") or die "/tmp: $$!";
                        send(S, "READY=1", 0);
                        1 while accept(C, L);
                    readiness: { notify: true }
                    liveness:
                      exec: { command: [bash, -c, 'test -e /tmp/alive && exec 3<>/dev/tcp/127.0.0.1/8080'] }
                      period: 500ms
                      timeout: 60s
                      failure_threshold: 1
                    hooks:
                      pre_start: { command: 'touch /tmp/from-pre-start', shell: true }
                      post_start: { command: 'touch /tmp/from-post-start', shell: true }
                      pre_stop: { command: 'ls /tmp; uname -n', shell: true }
                  plain: { command: [sleep, "1000"] }
                  lost: { restart: never, sandbox: { protect_system: full, read_write_paths: [/no/such] }, command: [touch, %1$s/lost] }
                  gone: { restart: never, sandbox: { private_tmp: true }, command: [%1$s/program] }
                """.formatted(home);
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
        Set<Path> namespaces = namespaces(Path.of("/proc/self"));
        try (DaemonUnderTest daemon = DaemonUnderTest.up(home, yaml)) {
            daemon.awaitState("web", "up");
            daemon.awaitState("plain", "up");
            int pid = daemon.pidOf("web");
            Path tmp = Path.of("/proc/" + pid + "/root/tmp");
            await().atMost(SOON)
                    .until(() -> "healthy".equals(daemon.replica("web").health()));
            await().atMost(SOON).until(() -> Files.exists(tmp.resolve("from-post-start")));
            assertThat(tmp.resolve("from-pre-start")).doesNotExist();
            assertThat(Path.of("/tmp/alive")).doesNotExist();

            daemon.awaitState("lost", "failed");
            daemon.awaitState("gone", "failed");
            assertThat(daemon.cli("why", "lost").out())
                    .contains("sandbox.read_write_paths /no/such: no such file or directory");
            assertThat(daemon.cli("why", "gone").out())
                    .contains("program: no such file or directory; sandbox.private_tmp hides");
            assertThat(home.resolve("lost")).doesNotExist();

            // Nothing of it shows in the daemon, in any of its threads, or in what has no sandbox.
            assertThat(Files.readString(Path.of("/proc/" + daemon.pid() + "/mountinfo")))
                    .isEqualTo(mounts);
            Path self = Path.of("/proc/" + daemon.pid());
            assertThat(namespaces(self)).isEqualTo(namespaces);
            await().atMost(SOON).until(() -> ofThreads(self), namespaces::equals); // one that spawns ends soon
            assertThat(namespaces(Path.of("/proc/" + daemon.pidOf("plain")))).isEqualTo(namespaces);
            assertThat(namespaces(Path.of("/proc/" + pid))).doesNotContainAnyElementsOf(namespaces);

            daemon.kill9();
            daemon.upAgain();
            daemon.awaitState("web", "up");
            assertThat(daemon.pidOf("web")).isEqualTo(pid);
            await().atMost(SOON)
                    .until(() -> "healthy".equals(daemon.replica("web").health()));

            DaemonUnderTest.write(home.resolve("holdfast.yaml"), yaml.replace("hf-one", "hf-two"));
            assertThat(daemon.cli("plan", home + "/holdfast.yaml").out())
                    .contains("restart", "sandbox.hostname: hf-one", "hf-two");
            assertThat(daemon.cli("reload").exit()).isZero();
            daemon.awaitAnother("web", pid);
            assertThat(daemon.logged("web.0.log")).contains("alive", "from-post-start", "hf-one");
        }
    }

    private static Set<Path> ofThreads(Path process) {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            return threads.flatMap(t -> namespaces(t).stream()).collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of a process or thread; none of one that has ended. */
    private static Set<Path> namespaces(Path task) {
        try {
            return Set.of(
                    Files.readSymbolicLink(task.resolve("ns/mnt")),
                    Files.readSymbolicLink(task.resolve("ns/net")),
                    Files.readSymbolicLink(task.resolve("ns/uts")));
        } catch (IOException gone) {
            return Set.of();
        }
    }
}
