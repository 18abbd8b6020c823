package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.runPlain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.sandbox.SandboxAbility;
import dev.holdfast.testkernel.AlsoOnPlainKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program tries inside and outside of a sandbox, told by itself; the run directory lies below /tmp. */
@Tag("process")
@Timeout(600)
class SandboxTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String PORT_80 =
            "perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0); print bind(S,sockaddr_in(80,INADDR_LOOPBACK))"
                    + " ? \"bound\" : \"not bound: $!\", \"\\n\"'";

    @TempDir
    Path home;

    private Path data;
    private Path ofHome;
    private final Map<String, String> processes = new LinkedHashMap<>();

    @BeforeEach
    void needsNamespaces() throws IOException {
        SandboxAbility ability = SandboxAbility.tried();
        assumeTrue(ability.noNamespaces() == null, "no namespaces here: " + ability.noNamespaces());
        data = Files.createTempDirectory(Path.of("/var/lib"), "hf-sandbox");
        Files.createDirectories(Path.of("/home"));
        ofHome = Files.createTempDirectory(Path.of("/home"), "hf-sandbox");
        for (String dir : List.of("open", "frozen/mounted")) {
            Files.createDirectories(data.resolve(dir));
        }
        run("chmod", "-R", "a+rwX", data.toString(), ofHome.toString());
    }

    @AfterEach
    void cleanUp() {
        if (data != null) {
            runPlain(List.of("umount", data + "/frozen/mounted"));
            run("rm", "-rf", data.toString(), ofHome.toString());
        }
    }

    private static void run(String... command) {
        assertThat(runPlain(List.of(command)).err()).isEmpty();
    }

    /** A oneshot that runs {@code script} by bash, with {@code keys} of its own. */
    private void tries(String name, String keys, String script) {
        processes.put(
                name,
                "  %s: { type: oneshot, restart: never, %s command: [bash, -c, '%s'] }\n"
                        .formatted(
                                name,
                                keys.isEmpty() ? "" : keys + ", ",
                                ("exec 2>&1; " + script).replace("$", "$$").replace("'", "''")));
    }

    private DaemonUnderTest up() {
        return DaemonUnderTest.up(home, "version: 1\nprocesses:\n" + String.join("", processes.values()));
    }

    /** What each told, once it has ended. */
    private Map<String, List<String>> told() {
        try (DaemonUnderTest daemon = up()) {
            var told = new LinkedHashMap<String, List<String>>();
            for (String name : processes.keySet()) {
                await().atMost(SOON)
                        .until(() -> List.of("completed", "failed")
                                .contains(daemon.replica(name).state()));
                assertThat(daemon.replica(name).state())
                        .as(daemon.daemonOutput())
                        .isEqualTo("completed");
                told.put(name, daemon.logged(name + ".0.log"));
            }
            return told;
        }
    }

    private static List<String> lines(Map<String, List<String>> told, String name) {
        return told.getOrDefault(name, List.of());
    }

    @Test
    @AlsoOnPlainKernel
    void writesOnlyWhereItMay() {
        run("mount", "-t", "tmpfs", "-o", "nosuid,noexec,mode=777", "tmpfs", data + "/frozen/mounted");
        String script = "for d in /usr /etc /opt %1$s %1$s/open %1$s/frozen %1$s/frozen/mounted /dev/shm; do"
                        .formatted(data)
                + " touch $d/hf-probe.$$ 2>/dev/null && rm $d/hf-probe.$$ && echo ${d#%s}; done;".formatted(data)
                + " grep -m1 ' %s/frozen/mounted ' /proc/self/mountinfo | cut -d' ' -f6".formatted(data);
        tries("outside", "", script);
        tries("full", "sandbox: { protect_system: full }", script);
        tries("strict", "sandbox: { protect_system: strict, read_write_paths: [%s/open] }".formatted(data), script);
        tries("frozen", "sandbox: { read_only_paths: [%s/frozen] }".formatted(data), script);
        tries(
                "nested",
                "sandbox: { read_only_paths: [%1$s], read_write_paths: [%1$s/open, %1$s/frozen/mounted] }"
                        .formatted(data),
                script);
        var told = told();
        assertThat(lines(told, "outside"))
                .containsExactly(
                        "/usr",
                        "/etc",
                        "/opt",
                        "",
                        "/open",
                        "/frozen",
                        "/frozen/mounted",
                        "/dev/shm",
                        "rw,nosuid,noexec,relatime");
        assertThat(lines(told, "full"))
                .containsExactly(
                        "/opt", "", "/open", "/frozen", "/frozen/mounted", "/dev/shm", "rw,nosuid,noexec,relatime");
        assertThat(lines(told, "strict")).containsExactly("/open", "/dev/shm", "ro,nosuid,noexec,relatime");
        assertThat(lines(told, "frozen")).startsWith("/usr", "/etc", "/opt", "", "/open", "/dev/shm");
        assertThat(lines(told, "nested")).startsWith("/usr", "/etc", "/opt", "/open", "/frozen/mounted", "/dev/shm");
    }

    @Test
    @AlsoOnPlainKernel
    void seesNeitherHomesNorTheTmpOfOthers() throws IOException {
        Files.writeString(ofHome.resolve("secret"), "secret\n");
        Files.createDirectories(ofHome.resolve("app/sub"));
        Files.writeString(ofHome.resolve("app/sub/file"), "app\n");
        Files.writeString(home.resolve("others"), "others\n");
        String script = ("cat %1$s/secret %1$s/app/sub/file %2$s/others; ls -A /home; stat -c %%a /tmp /var/tmp;"
                        + " echo mine > /tmp/hf-own; touch /home/hf-probe %1$s/app/written; pwd; umask; exit 0")
                .formatted(ofHome, home);
        tries("outside", "", "cat %s/secret %s/others".formatted(ofHome, home));
        tries("hidden", "umask: '077', sandbox: { protect_home: true, private_tmp: true }", script);
        tries(
                "shown",
                "working_dir: %1$s/app, sandbox: { protect_home: true, private_tmp: true, read_only_paths: [%1$s/app/sub],"
                                .formatted(ofHome)
                        + " read_write_paths: [%s] }".formatted(home.resolve("others")),
                script.replace("/app/written", "/app/sub/written"));
        tries(
                "strict",
                "user: nobody, sandbox: { protect_system: strict, private_tmp: true }",
                "touch /tmp/a; ls /tmp");
        var told = told();
        assertThat(lines(told, "outside")).containsExactly("secret", "others");
        assertThat(lines(told, "hidden"))
                .containsExactly(
                        "cat: %s/secret: No such file or directory".formatted(ofHome),
                        "cat: %s/app/sub/file: No such file or directory".formatted(ofHome),
                        "cat: %s/others: No such file or directory".formatted(home),
                        "1777",
                        "1777",
                        "touch: cannot touch '/home/hf-probe': Read-only file system",
                        "touch: cannot touch '%s/app/written': No such file or directory".formatted(ofHome),
                        "/",
                        "0077");
        assertThat(lines(told, "shown"))
                .contains("app", "others", ofHome.resolve("app").toString())
                .contains("touch: cannot touch '%s/app/sub/written': Read-only file system".formatted(ofHome))
                .doesNotContain("secret");
        assertThat(lines(told, "strict")).containsExactly("a");
        assertThat(Path.of("/tmp/hf-own")).doesNotExist();
    }

    @Test
    void hasANetworkAndANameOfItsOwn() throws IOException {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String script =
                    "grep -c : /proc/net/dev; uname -n; for p in %d 1; do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>&1 |"
                                    .formatted(server.getLocalPort())
                            + " grep -m1 -o 'Connection refused\\|unreachable' || echo connected; done";
            tries("outside", "", script);
            tries("inside", "sandbox: { private_network: true, hostname: hf-own.example }", script);
            String name = runPlain(List.of("uname", "-n")).out().strip();
            var told = told();
            assertThat(lines(told, "outside").subList(1, 4)).containsExactly(name, "connected", "Connection refused");
            assertThat(lines(told, "inside"))
                    .containsExactly("1", "hf-own.example", "Connection refused", "Connection refused");
            assertThat(runPlain(List.of("uname", "-n")).out().strip()).isEqualTo(name);
        }
    }

    @Test
    void hasOnlyTheCapabilitiesItKeeps() {
        String sets = "; grep -E 'Cap(Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | tr '\\n' ' '";
        String chown = "touch %1$s/$$; chown 1 %1$s/$$ && echo given away".formatted(data);
        String own = "sandbox: { private_network: true";
        tries("outside", "", chown);
        tries("dropped", "sandbox: { capabilities: { drop: [CAP_CHOWN] } }", chown + "; true");
        tries(
                "kept",
                "sandbox: { capabilities: { keep: [chown] } }",
                chown + "; mknod %s/null c 1 3".formatted(data) + sets);
        tries("none", "sandbox: { capabilities: { keep: [] } }", "true" + sets);
        tries("root-binds", own + " }", PORT_80);
        tries("nobody", "user: nobody, " + own + " }", PORT_80);
        tries(
                "ambient",
                "user: nobody, " + own + ", no_new_privileges: true, capabilities: { keep: [NET_BIND_SERVICE] } }",
                PORT_80 + sets);
        tries("not-kept", own + ", capabilities: { drop: [ALL] } }", PORT_80 + sets);
        var told = told();
        assertThat(lines(told, "outside")).containsExactly("given away");
        assertThat(lines(told, "dropped").getFirst()).endsWith("Operation not permitted");
        String chownOnly = "0000000000000001 0000000000000001 0000000000000001 0000000000000000 ";
        assertThat(lines(told, "kept")).hasSize(3).startsWith("given away").endsWith(chownOnly);
        assertThat(lines(told, "kept").get(1)).contains("mknod").endsWith("Operation not permitted");
        String none = "0000000000000000 ".repeat(4);
        assertThat(lines(told, "none")).containsExactly(none);
        assertThat(lines(told, "root-binds")).containsExactly("bound");
        assertThat(lines(told, "nobody")).containsExactly("not bound: Permission denied");
        assertThat(lines(told, "ambient")).containsExactly("bound", "0000000000000400 ".repeat(4));
        assertThat(lines(told, "not-kept")).containsExactly("not bound: Permission denied", none);
    }

    @Test
    void gainsNothingFromASetuidProgram() throws IOException {
        Path id = Files.copy(Path.of("/usr/bin/id"), data.resolve("id"));
        run("chmod", "4755", id.toString());
        tries("outside", "user: nobody", id + " -u");
        tries("inside", "user: nobody, sandbox: { no_new_privileges: true }", id + " -u");
        var told = told();
        assertThat(lines(told, "outside")).containsExactly("0");
        assertThat(lines(told, "inside")).containsExactly("65534");
    }
}
