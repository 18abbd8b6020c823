package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests as running instances have them in their records: another one restarts them all at an upgrade. */
class FingerprintTest {
    private static final String YAML = """
            version: 1
            processes:
              plain: { command: [sleep, "1000"] }
              full:
                command: [web, --port, "80"]
                working_dir: /srv
                user: www
                group: web
                umask: "027"
                env: { clean: true, pass: [PATH], set: { B: two, A: one } }
                nice: 5
                io: { class: best-effort, priority: 2 }
                rlimits: { nofile: 1000, core: unlimited }
                cpu_affinity: [0, 2]
                oom_score_adj: -100
                port_base: 9000
                health: { notify: true }
                sandbox:
                  no_new_privileges: true
                  protect_system: strict
                  protect_home: true
                  private_tmp: true
                  read_write_paths: [/srv/web]
                  read_only_paths: [/srv/web/code]
                  private_network: true
                  hostname: web-1
                  capabilities: { keep: [CHOWN, NET_BIND_SERVICE] }
            """;

    @Test
    void areThoseOfEveryEarlierVersion(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), YAML);
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        var digests = new TreeMap<String, String>();
        ((Loaded.Sound) loaded).config().processes().forEach((name, spec) -> digests.put(name, spec.fingerprint()));
        assertThat(digests)
                .as("what is new in LaunchSpec must be left out of its text where it is absent")
                .isEqualTo(Map.of(
                        "plain", "7c6544612824b613b5032836f1e02f3348161ab863c2608f2885e6e225955029",
                        "full", "1d624ff832832898f299bc91a7d440bf6f9356c08497565bea2578e2eca43e1c"));
    }
}
