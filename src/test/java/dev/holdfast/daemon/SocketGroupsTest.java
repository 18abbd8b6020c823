package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Scope;
import dev.holdfast.config.ApiSpec.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With accounts that every Debian has (base-passwd): {@code daemon} is in the group of its name alone. */
@Tag("process")
@Timeout(120)
class SocketGroupsTest {
    @TempDir
    private Path dir;

    private final SocketGroups groups = new SocketGroups();

    private Path file() throws IOException {
        Path file = dir.resolve("s");
        return Files.exists(file) ? file : Files.createFile(file);
    }

    private void admit(Map<String, Access> who) throws IOException {
        groups.take(new TreeMap<>(who));
        groups.open(new TreeMap<>(who), file());
    }

    private String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
    }

    @Test
    void nobodyElseIsLetInWithoutGroups() throws IOException {
        admit(Map.of());
        assertThat(groups.scopes("daemon", "daemon")).isEmpty();
        assertThat(mode()).isEqualTo("rw-rw----");
    }

    @Test
    void aMemberMayWhatHisGroupsMay() throws IOException {
        admit(Map.of("daemon", Access.READ, "adm", Access.OPERATE, "nosuchgroup", Access.OPERATE));
        assertThat(groups.scopes("daemon", "daemon")).isEqualTo(Scope.READ.all());
        assertThat(groups.scopes("nobody", "nogroup")).isEmpty();
        // newgrp(1): the group of the process counts beside those of its user
        assertThat(groups.scopes("daemon", "adm")).isEqualTo(Scope.OPERATE.all());
        assertThat(groups.scopes("12345", "12345")).isEmpty();
        // a user without an entry is not in the group of his number
        assertThat(groups.scopes("1", "12345")).isEmpty();
        assertThat(groups.scopes("12345", "daemon")).isEqualTo(Scope.READ.all());
        assertThat(mode()).isEqualTo("rw-rw-rw-");
    }

    @Test
    void aGroupThatIsNotThereIsToldAndOpensNothing() throws IOException {
        assertThat(groups.open(new TreeMap<>(Map.of("nosuchgroup", Access.READ)), file()))
                .containsExactly("nosuchgroup");
        assertThat(mode()).isEqualTo("rw-rw----");
        assertThat(groups.open(new TreeMap<>(Map.of("daemon", Access.READ, "adm", Access.READ)), file()))
                .isEmpty();
    }

    @Test
    void oneGroupGetsTheSocket() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root gives files away");
        admit(Map.of("daemon", Access.SUBMIT));
        assertThat(mode()).isEqualTo("rw-rw----");
        assertThat(Files.readAttributes(file(), PosixFileAttributes.class)
                        .group()
                        .getName())
                .isEqualTo("daemon");
        admit(Map.of());
        assertThat(groups.scopes("daemon", "daemon")).isEmpty();
    }

    @Test
    void aMemberOfAGroupAsksARealDaemon() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root becomes another user");
        assumeTrue(Files.exists(Path.of("/usr/bin/curl")), "there is no curl");
        String yaml = """
                version: 1
                global: { api: { groups: { daemon: read } } }
                processes: { a: { command: [sleep, "1000"] } }
                """;
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var daemon = DaemonUnderTest.up(dir, yaml)) {
            daemon.awaitState("a", "up");
            assertThat(asked("daemon", "-XGET", "me")).contains("\"name\":\"daemon\"", "\"scopes\":[\"read\"]");
            assertThat(asked("daemon", "-XPOST", "processes/a/stop")).contains("this needs the scope operate");
            assertThat(asked("nobody", "-XGET", "me")).doesNotContain("scopes");
            assertThat(daemon.replica("a").state()).isEqualTo("up");
        }
    }

    @Test
    void whoeverIsTakenOutHearsNoMore() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root becomes another user");
        assumeTrue(Files.exists(Path.of("/usr/bin/curl")), "there is no curl");
        String yaml = """
                version: 1
                global: { api: { groups: { daemon: read } } }
                processes: { a: { command: [sleep, "1000"] } }
                """;
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var daemon = DaemonUnderTest.up(dir, yaml)) {
            daemon.awaitState("a", "up");
            Process follows = new ProcessBuilder(asking("daemon", "-HAccept: text/event-stream", "events"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var heard = follows.inputReader()) {
                assertThat(heard.readLine()).isEqualTo(": holdfast");
                DaemonUnderTest.write(dir.resolve("holdfast.yaml"), yaml.replace("daemon: read", "adm: read"));
                assertThat(daemon.cli("reload").exit()).isZero();
                assertThat(daemon.cli("stop", "a").exit()).isZero();
                assertThat(heard.lines().toList()).noneMatch(line -> line.contains("\"Stopping\"")); // and it ends
            } finally {
                follows.destroyForcibly();
            }
        }
    }

    private String asked(String user, String method, String path) {
        return DaemonUnderTest.runPlain(asking(user, method, path)).out();
    }

    private List<String> asking(String user, String how, String path) {
        return List.of(
                "setpriv",
                "--reuid=" + user,
                "--regid=" + (user.equals("nobody") ? "nogroup" : user),
                "--clear-groups",
                "curl",
                "-sSN",
                how,
                "--unix-socket",
                dir.resolve("run/holdfast.sock").toString(),
                "http://localhost/api/v1/" + path);
    }
}
