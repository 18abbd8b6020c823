package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program finds itself to be, told by itself. */
@Tag("process")
@Timeout(90)
class UserTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path home;

    @BeforeEach
    void needsRoot() throws IOException {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give these away");
    }

    @Test
    void isWhoAndHowTheConfigurationSays() {
        // sync is a user of every Debian with a group of its own choice; www-data has its supplementary groups looked
        // up.
        DaemonUnderTest.write(home.resolve("more.env"), "FROM_FILE=yes\n");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  who:
                    type: oneshot
                    user: nobody
                    group: daemon
                    umask: "027"
                    nice: 7
                    io: { class: best-effort, priority: 6 }
                    rlimits: { nofile: { soft: "123", hard: "456" }, core: "0", fsize: unlimited }
                    cpu_affinity: [0]
                    oom_score_adj: 321
                    working_dir: /usr/lib
                    env_file: [more.env]
                    env: { clean: true, pass: [PATH], set: { OWN: "x y" } }
                    command:
                      - bash
                      - -c
                      - |
                        echo "id $$(id -un) $$(id -gn) $$(id -Gn)"
                        echo "umask $$(umask)"
                        echo "nice $$(nice)"
                        echo "ionice $$(ionice)"
                        echo "nofile $$(ulimit -Sn) $$(ulimit -Hn) core $$(ulimit -c) fsize $$(ulimit -f)"
                        echo "cpus $$(grep ^Cpus_allowed_list: /proc/self/status | cut -f2)"
                        echo "oom $$(cat /proc/self/oom_score_adj)"
                        echo "in $$(pwd)"
                        tr '\\0' '\\n' < /proc/$$$$/environ | cut -d= -f1 | sort | tr '\\n' ' ' | sed 's/^/env /'
                        echo
                        echo "values $$OWN $$FROM_FILE $$USER $$HOME"
                """);
        try (daemon) {
            daemon.awaitState("who", "completed");
            await().atMost(SOON).until(() -> daemon.logged("who.0.log").size() >= 10);
            assertThat(daemon.logged("who.0.log"))
                    .containsExactly(
                            "id nobody daemon daemon",
                            "umask 0027",
                            "nice 7",
                            "ionice best-effort: prio 6",
                            "nofile 123 456 core 0 fsize unlimited",
                            "cpus 0",
                            "oom 321",
                            "in /usr/lib",
                            "env FROM_FILE HOLDFAST_INSTANCE HOLDFAST_PROCESS HOLDFAST_REPLICA HOLDFAST_SOCKET HOLDFAST_STOP_SECONDS HOME LOGNAME OWN PATH USER ",
                            "values x y yes nobody /nonexistent");
        }
    }

    @Test
    void supplementaryGroupsComeFromTheGroupFile() throws IOException {
        // A user that some group names as its member, if this host has one.
        String member = "";
        String group = "";
        for (String line : Files.readAllLines(Path.of("/etc/group"))) {
            String[] fields = line.split(":", -1);
            if (fields.length == 4 && !fields[3].isEmpty()) {
                group = fields[0];
                member = fields[3].split(",", -1)[0];
            }
        }
        assumeTrue(!member.isEmpty(), "no group of this host names a member");
        var daemon = DaemonUnderTest.up(home, """
                version: 1
                processes:
                  who: { type: oneshot, user: %s, command: [id, -Gn] }
                """.formatted(member));
        try (daemon) {
            daemon.awaitState("who", "completed");
            await().atMost(SOON).until(() -> !daemon.logged("who.0.log").isEmpty());
            assertThat(daemon.logged("who.0.log").getFirst().split(" ", -1)).contains(group);
        }
    }

    @Test
    void anUnknownUserIsRefusedBeforeAnythingStarts() {
        DaemonUnderTest.write(home.resolve("holdfast.yaml"), """
                version: 1
                processes:
                  first: { type: oneshot, command: [touch, %s/started] }
                  web: { command: [sleep, "1000"], user: hf-no-such-user }
                """.formatted(home));
        var up = DaemonUnderTest.runPlain(
                DaemonUnderTest.command(java.util.List.of(), "--dir", home.toString(), "up", home + "/holdfast.yaml"));
        assertThat(up.exit()).isEqualTo(2);
        assertThat(up.err()).contains("hf-no-such-user").contains("no user of this host");
        assertThat(home.resolve("started")).doesNotExist();
    }
}
