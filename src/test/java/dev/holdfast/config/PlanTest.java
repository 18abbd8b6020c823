package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
    @TempDir
    private Path dir;

    @Test
    void namesWhatDiffersAndWhatItCosts() throws IOException {
        var before = processes("""
                same: { command: [x], env: { A: "1", B: "2" } }
                other: { command: [x] }
                gone: { command: [x] }
                off: { command: [x] }
                softer: { command: [x], stop: { timeout: 5s } }
                tighter: { command: [x], resources: { limits: { memory: 1Gi } } }
                asked: { command: [x], enabled: false }
                """);
        var after = processes("""
                same: { env: { B: "2", A: "1" }, command: [x] }
                other: { command: [y], nice: 3, replicas: 2 }
                off: { command: [x], enabled: false }
                softer: { command: [x], stop: { timeout: 6s } }
                tighter: { command: [x], resources: { limits: { memory: 512Mi }, reservations: { cpu: 1 } } }
                asked: { command: [x], manual: true }
                fresh: { command: [x] }
                """);
        assertThat(Plan.between(before, after).steps())
                .extracting(s -> s.process() + " " + s.verb() + " " + s.keys())
                .containsExactly(
                        "asked KEEP [enabled]",
                        "fresh START []",
                        "gone STOP []",
                        "off STOP [enabled]",
                        "other RESTART [command, nice, replicas]",
                        "same KEEP []",
                        "softer UPDATE [stop]",
                        "tighter UPDATE [resources]");
        assertThat(Plan.between(before, before).empty()).isTrue();
    }

    @Test
    void tellsLimitsUnderTheKeysTheyAreWrittenWith() throws IOException {
        var before = processes("a: { command: [x], resources: { limits: { memory: 1Gi, cpu: 1.5 } } }");
        var after = processes("""
                a:
                  command: [x]
                  resources:
                    limits: { memory: 512Mi, pids: 9, io: { write_bytes: 1Mi } }
                    reservations: { cpu: 1, memory: 1Mi }
                """);
        assertThat(Plan.between(before, after).steps().getFirst().changes())
                .containsExactlyInAnyOrder(
                        "resources.limits.cpu: 1.5 → (none)",
                        "resources.limits.memory: 1Gi → 512Mi",
                        "resources.limits.pids: (none) → 9",
                        "resources.limits.io: (none) → {write_bytes: 1Mi}",
                        "resources.reservations.cpu: (none) → 1",
                        "resources.reservations.memory: (none) → 1Mi");
    }

    @Test
    void tellsOldAndNewButNoSecret() throws IOException {
        var before = processes("""
                a: { command: [x], env: { A: "1", DB_PASSWORD: old }, stop: { timeout: 5s }, umask: "022", nice: 1 }
                """);
        var after = processes("""
                a:
                  command: [x, y]
                  env: { A: "2", B: "3", DB_PASSWORD: new, API_TOKEN: t }
                  stop: { timeout: 1m30s, signal: INT }
                  umask: "077"
                  depends_on: []
                  rlimits: { nofile: 5 }
                  health: { tcp: { address: "127.0.0.1:1" } }
                  logging: { file: { path: /tmp/a.log, rotation: { max_size: 1Mi } } }
                """);
        assertThat(Plan.between(before, after).steps().getFirst().changes())
                .contains(
                        "command: [x] → [x, y]",
                        "umask: 022 → 077",
                        "env.A: 1 → 2",
                        "env.B: (none) → 3",
                        "env.DB_PASSWORD: another value (not shown)",
                        "env.API_TOKEN: set (not shown)",
                        "nice: 1 → (none)",
                        "rlimits.nofile: (none) → {soft: 5, hard: 5}",
                        "stop.signal: TERM → INT",
                        "stop.timeout: 5s → 1m30s",
                        "logging.file.path: (none) → /tmp/a.log",
                        "logging.file.rotation.max_size: 50Mi → 1Mi")
                .noneMatch(c -> c.startsWith("depends_on") || c.contains("old") || c.contains("new"));
    }

    @Test
    void tellsNoSecretOfACommand() throws IOException {
        var before = processes("a: { command: [redis-cli, -a, old], env: { MYSQL_PWD: old, HTTP_AUTH: old, A: b } }");
        var after = processes("""
                a:
                  command: [redis-cli, -a, new, ping]
                  env: { MYSQL_PWD: new, HTTP_AUTH: new, A: "redis://u:new@h" }
                """);
        assertThat(Plan.between(before, after).steps().getFirst().changes())
                .containsExactlyInAnyOrder(
                        "command: [redis-cli, -a, (not shown)] → [redis-cli, -a, (not shown), ping]",
                        "env.MYSQL_PWD: another value (not shown)",
                        "env.HTTP_AUTH: another value (not shown)",
                        "env.A: b → redis://u:[redacted]h");
        var other = processes("a: { command: [redis-cli, -a, other], env: { MYSQL_PWD: old, HTTP_AUTH: old, A: b } }");
        assertThat(Plan.between(before, other).steps().getFirst().changes())
                .containsExactly("command: another value (not shown)");
    }

    @Test
    void writtenOutForPeopleNothingOfASecretIsLeft() throws IOException {
        var specs = processes("a: { command: [app, --token, geheim, run], env: { MYSQL_PWD: geheim } }");
        ProcessSpec spec = Objects.requireNonNull(specs.get("a"));
        assertThat(Written.yaml(spec)).contains("--token", "(not shown)", "run").doesNotContain("geheim");
    }

    @Test
    void namesSchedulesThatComeGoAndDiffer() throws IOException {
        var before = schedules("""
                same: { cron: "30 2 * * *", timezone: UTC, command: [x], heartbeat: "http://h/secret" }
                gone: { every: 1m, command: [x] }
                other:
                  cron: "30 2 * * *"
                  timezone: UTC
                  command: [x]
                  user: a
                  timeout: 5m
                  heartbeat: "http://h/secret"
                turned: { cron: "@hourly", timezone: UTC, command: [x] }
                """);
        var after = schedules("""
                same: { command: [x], cron: "30 2 * * *", timezone: UTC, heartbeat: "http://h/secret" }
                fresh: { every: 1m, command: [x] }
                other:
                  cron: "45 2 * * *"
                  timezone: UTC
                  command: [x, y]
                  user: b
                  timeout: 6m
                  heartbeat: "http://h/other"
                  overlap: { policy: queue, depth: 3 }
                  catch_up: { policy: all, at_most: 5 }
                  concurrency: { group: g, limit: 2 }
                  retry: { max_attempts: 3, backoff: { initial: 1s, max: 1m } }
                  max_failures: 4
                  on_failure: { command: [tell] }
                  resources: { limits: { memory: 1Gi } }
                  enabled: false
                turned: { every: 1h, command: [x] }
                """);
        Plan plan = Plan.ofSchedules(before, after);
        assertThat(plan.steps())
                .extracting(s -> s.process() + " " + s.verb() + " " + s.keys())
                .containsExactly(
                        "fresh ADD []",
                        "gone REMOVE []",
                        "other CHANGE [command, user, cron, resources, overlap, catch_up, timeout, retry, max_failures,"
                                + " on_failure, concurrency, heartbeat, enabled]",
                        "same KEEP []",
                        "turned CHANGE [cron, every]");
        assertThat(plan.steps().get(2).changes())
                .containsExactly(
                        "command: [x] → [x, y]",
                        "user: a → b",
                        "cron: 30 2 * * * UTC → 45 2 * * * UTC",
                        "resources.limits.memory: (none) → 1Gi",
                        "overlap: skip → queue",
                        "overlap.depth: 1 → 3",
                        "catch_up: none → all",
                        "catch_up.at_most: 10 → 5",
                        "timeout: 5m → 6m",
                        "retry.max_attempts: 1 → 3",
                        "retry.backoff.initial: 10s → 1s",
                        "retry.backoff.max: 5m → 1m",
                        "max_failures: (none) → 4",
                        "on_failure: (none) → {command: [tell]}",
                        "concurrency: (none) → {group: g, limit: 2}",
                        "heartbeat: another value (not shown)",
                        "enabled: true → false");
        assertThat(plan.steps().get(4).changes()).containsExactly("cron: @hourly UTC → (none)", "every: (none) → 1h");
        assertThat(plan.and(Plan.ofSchedules(before, before)).empty()).isFalse();
        assertThat(Plan.ofSchedules(before, before).empty()).isTrue();
    }

    private SortedMap<String, ScheduleSpec> schedules(String entries) throws IOException {
        return config("schedules", entries).schedules();
    }

    private SortedMap<String, ProcessSpec> processes(String entries) throws IOException {
        return config("processes", entries).processes();
    }

    private Config config(String section, String entries) throws IOException {
        Path file = Files.writeString(dir.resolve("f.yaml"), "version: 1\n" + section + ":\n" + entries.indent(2));
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        return ((Loaded.Sound) loaded).config();
    }
}
