package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sandbox may say, and what contradicts itself. */
class SandboxConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String process) throws IOException {
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"),
                "version: 1\nprocesses:\n  web:\n    command: [web]\n" + process.indent(4));
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private ProcessSpec sound(String process) throws IOException {
        Loaded loaded = load(process);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        return Objects.requireNonNull(config.processes().get("web"));
    }

    private List<String> problems(String process) throws IOException {
        return load(process) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream()
                        .map(p -> p.line() + ":" + p.column() + ": " + p.message())
                        .toList()
                : List.of();
    }

    @Test
    void isReadWithItsPathsAndNamesInOneForm() throws IOException {
        SandboxSpec s = Objects.requireNonNull(sound("""
                sandbox:
                  no_new_privileges: true
                  protect_system: strict
                  protect_home: true
                  private_tmp: true
                  read_write_paths: [/srv/web/, /home/web/./data]
                  read_only_paths: [/srv/web/code]
                  private_network: true
                  hostname: web-1
                  capabilities: { keep: [cap_net_bind_service, CHOWN] }
                """).launch().sandbox());
        assertThat(s.protectSystem()).isEqualTo(SandboxSpec.ProtectSystem.STRICT);
        assertThat(s.readWritePaths()).containsExactly("/srv/web", "/home/web/data");
        SandboxSpec.CapabilitiesSpec c = Objects.requireNonNull(s.capabilities());
        assertThat(c.keep()).containsExactly("CHOWN", "NET_BIND_SERVICE");
        assertThat(c.drop()).isNull();
    }

    @Test
    void anEmptyListKeepsNone() throws IOException {
        SandboxSpec s = Objects.requireNonNull(
                sound("sandbox: { capabilities: { keep: [] } }").launch().sandbox());
        SandboxSpec.CapabilitiesSpec c = Objects.requireNonNull(s.capabilities());
        assertThat(c.keep()).isEmpty();
    }

    @Test
    void aWrongCapabilityIsToldWithTheRightOne() throws IOException {
        assertThat(problems("sandbox: { capabilities: { keep: [CAP_NET_BIND_SERVICES] } }"))
                .singleElement()
                .asString()
                .startsWith("5:39: unknown capability \"CAP_NET_BIND_SERVICES\", did you mean NET_BIND_SERVICE?");
        assertThat(problems("sandbox: { capabilities: { keep: [ALL] } }"))
                .singleElement()
                .asString()
                .contains("unknown capability \"ALL\"");
    }

    @Test
    void whatContradictsItselfIsRefused() throws IOException {
        assertThat(problems("sandbox: { capabilities: { keep: [CHOWN], drop: [KILL] } }"))
                .singleElement()
                .asString()
                .contains("either keep, only these, or drop, all but these; not both");
        assertThat(problems("sandbox: { capabilities: {} }")).hasSize(1);
        assertThat(problems("sandbox: { read_only_paths: [/a], read_write_paths: [/a/] }"))
                .singleElement()
                .asString()
                .contains("\"/a\" is in read_write_paths and in read_only_paths");
        assertThat(problems("sandbox: { read_write_paths: [/a] }"))
                .singleElement()
                .asString()
                .contains("read_write_paths counts only with");
        assertThat(problems("sandbox: { protect_system: strict, read_write_paths: [/] }"))
                .hasSize(1);
        assertThat(problems("sandbox: { protect_home: true, read_write_paths: [/home] }"))
                .singleElement()
                .asString()
                .contains("\"/home\" is what protect_home hides");
        assertThat(problems("sandbox: { private_network: true }\nhealth: { tcp: { address: 'localhost:80' } }"))
                .singleElement()
                .asString()
                .contains("with sandbox.private_network only exec");
    }

    @Test
    void pathsAndNamesHaveTheirForm() throws IOException {
        assertThat(problems("sandbox: { private_tmp: true, read_only_paths: [var/lib, /a/../b, /c, /c/] }"))
                .hasSize(3)
                .anyMatch(p -> p.startsWith("5:53: \"var/lib\": read_only_paths has absolute paths"))
                .anyMatch(p -> p.contains("\"/a/../b\": read_only_paths has absolute paths"))
                .anyMatch(p -> p.contains("\"/c/\" is there twice"));
        assertThat(problems("sandbox: { hostname: 'a b' }"))
                .singleElement()
                .asString()
                .contains("\"a b\": hostname has letters");
        assertThat(problems("sandbox: { protect_system: ful }"))
                .singleElement()
                .asString()
                .contains("did you mean full?");
    }

    @Test
    void aChangeOfItRestarts() throws IOException {
        ProcessSpec none = sound("nice: 1");
        ProcessSpec full = sound("nice: 1\nsandbox: { protect_system: full }");
        assertThat(full.fingerprint()).isNotEqualTo(none.fingerprint());
        var plan = Plan.between(
                new java.util.TreeMap<>(Map.of("web", full)),
                new java.util.TreeMap<>(Map.of("web", sound("nice: 1\nsandbox: { protect_system: strict }"))));
        assertThat(plan.steps()).singleElement().satisfies(step -> {
            assertThat(step.verb()).isEqualTo(Plan.Verb.RESTART);
            assertThat(step.changes()).containsExactly("sandbox.protect_system: full → strict");
        });
    }
}
