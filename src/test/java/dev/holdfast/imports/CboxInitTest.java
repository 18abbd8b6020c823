package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.imports.Imported.Beside;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CboxInitTest {
    private static final String ALL = """
            version: "1.0"
            global:
              shutdown_timeout: 60
              restart_policy: on-failure
              max_restart_attempts: 5
              restart_backoff_initial: 2s
              restart_backoff_max: 1m30s
              restart_stability_window: 45s
              metrics_enabled: true
              metrics_port: 9099
              api_auth: hidden-one
              log_format: json
            hooks:
              pre-start:
                - { name: cache, command: [php, artisan, "config:cache"], timeout: 60, retry: 2, retry_delay: 3 }
                - { name: link, command: [php, artisan, "storage:link"], continue_on_error: true }
              post-start:
                - { name: warm, command: [bin/warm] }
              pre-stop:
                - { name: bye, command: [bin/bye] }
            processes:
              php-fpm:
                enabled: true
                command: [php-fpm, -F]
                health_check: { type: tcp, address: "127.0.0.1:9000", period: 5, failure_threshold: 4 }
                shutdown: { signal: SIGQUIT, timeout: 40, kill_signal: SIGKILL }
              worker:
                enabled: true
                command: [php, artisan, "queue:work"]
                scale: 3
                max_memory_mb: 128
                depends_on: [php-fpm]
                working_dir: /var/www
                user: www-data
                env: { QUEUE: "${QUEUE:-default}", LITERAL: "$5" }
                health_check: { type: exec, command: [bin/ok], mode: liveness }
                shutdown: { pre_stop_hook: { name: end, command: [bin/end], timeout: 20 } }
                logging:
                  labels: { tier: workers }
                  min_level: warn
                  redaction: { enabled: true, patterns: [{ name: p, pattern: "pw=\\\\S+", replacement: "***" }] }
                  multiline: { enabled: true, pattern: "^\\\\[", max_lines: 50, timeout: 2 }
              node:
                enabled: true
                command: [node, app.js]
                port_base: 4000
                scale: 2
                initial_state: stopped
              nightly:
                enabled: true
                command: [bin/night]
                schedule: "0 2 * * *"
                schedule_timeout: 1h
                depends_on: [php-fpm]
                heartbeat: { enabled: true, interval: 60 }
              off:
                command: [x]
            """;

    private static Imported read() {
        return Imported.of(Kind.CBOX_INIT, ALL);
    }

    private static ProcessSpec process(String name) {
        return read().process(name);
    }

    @Test
    void processesAreProcesses() {
        ProcessSpec worker = process("worker");
        assertThat(worker.replicas()).isEqualTo(3);
        assertThat(worker.resources().memory()).hasToString("160Mi");
        assertThat(worker.launch().environment())
                .containsOnly(Map.entry("QUEUE", "default"), Map.entry("LITERAL", "$5"));
        assertThat(worker.launch().user()).isEqualTo("www-data");
        assertThat(worker.restart().policy()).isEqualTo(RestartSpec.Policy.ON_FAILURE);
        assertThat(worker.restart().limit()).isEqualTo(5);
        assertThat(worker.restart().delay()).hasSeconds(2);
        assertThat(worker.restart().maxDelay()).hasSeconds(90);
        assertThat(worker.restart().resetAfter()).hasSeconds(45);
        assertThat(worker.dependsOn())
                .containsEntry("php-fpm", ProcessSpec.DependencyCondition.HEALTHY)
                .containsEntry("link", ProcessSpec.DependencyCondition.COMPLETED);
        assertThat(worker.hooks().preStop()).isNotNull();
        assertThat(worker.log().lines().redact()).containsExactly("pw=\\S+");
        assertThat(read().config().global().shutdownTimeout()).hasSeconds(60);
        assertThat(process("off").enabled()).isFalse();
    }

    @Test
    void checksHaveTheirPeriodsAndModes() {
        ProcessSpec fpm = process("php-fpm");
        HealthSpec readiness = Objects.requireNonNull(fpm.readiness());
        assertThat(fpm.liveness()).isNotNull();
        assertThat(readiness.check()).isEqualTo(new HealthSpec.Check.Tcp("127.0.0.1", 9000));
        assertThat(readiness.period()).hasSeconds(5);
        assertThat(readiness.timeout()).hasSeconds(3);
        assertThat(readiness.initialDelay()).hasSeconds(5);
        assertThat(fpm.stop().signal().written()).isEqualTo("QUIT");
        assertThat(fpm.stop().timeout()).hasSeconds(40);
        assertThat(process("worker").readiness()).isNull();
        assertThat(process("worker").liveness()).isNotNull();
    }

    @Test
    void eachReplicaHasItsPort() {
        ProcessSpec node = process("node");
        assertThat(node.portBase()).isEqualTo(4000);
        assertThat(node.manual()).isTrue();
        assertThat(node.launch().command().argv())
                .endsWith("sh", "node", "app.js")
                .contains("-c");
    }

    @Test
    void hooksAreOneshotsBeforeAndAfter() {
        ProcessSpec cache = process("cache");
        assertThat(cache.type()).isEqualTo(ProcessSpec.Type.ONESHOT);
        assertThat(cache.launch().command().argv()).containsExactly("timeout", "60s", "php", "artisan", "config:cache");
        assertThat(cache.restart().limit()).isEqualTo(2);
        assertThat(process("link").dependsOn()).containsOnlyKeys("cache");
        assertThat(process("link").launch().command().argv()).startsWith("/bin/sh", "-c", "\"$@\" || true");
        assertThat(process("warm").dependsOn()).containsOnlyKeys("php-fpm", "worker");
    }

    @Test
    void whatHasAScheduleIsASchedule() {
        ScheduleSpec nightly = read().schedule("nightly");
        assertThat(nightly.timing()).hasToString("0 2 * * * UTC");
        assertThat(nightly.timeout()).isEqualTo(Duration.ofHours(1));
        assertThat(read().comments())
                .contains("depends_on php-fpm: schedules wait for nothing")
                .contains("heartbeat")
                .contains("hooks.pre-stop")
                .contains("api_auth")
                .doesNotContain("hidden-one");
    }

    @Test
    void brokenFilesAreOneErrorWithItsPlace() {
        assertThatThrownBy(
                        () -> Kind.CBOX_INIT.read("source", "processes:\n  a: [\n", Beside.NOTHING, Kind.Choices.NONE))
                .hasMessageStartingWith("source:3:1: ");
        assertThatThrownBy(() -> Kind.CBOX_INIT.read("source", "version: 1\n", Beside.NOTHING, Kind.Choices.NONE))
                .hasMessageStartingWith("source:1:1: processes is expected");
    }

    @Test
    void hooksWithDotsNoCommandOrNoListAreToldAndWaitedForByName() {
        Imported all = Imported.of(Kind.CBOX_INIT, """
                hooks:
                  pre-start: [{ name: a.b, command: [x] }, { name: c, command: [x] }, { name: none }]
                  post-start: { name: lost, command: [y] }
                processes:
                  p: { enabled: true, command: "run 'a b'", port_base: 65001 }
                """);
        assertThat(all.process("c").dependsOn()).containsOnlyKeys("a.b");
        assertThat(all.process("p").dependsOn()).containsOnlyKeys("c");
        assertThat(all.process("p").launch().command().argv()).containsExactly("run", "a b");
        assertThat(all.comments()).contains("hooks.post-start: ").contains("port_base: 65001: is not from 1 to 65000");
        assertThat(all.sheet().left()).isEqualTo(2);
    }

    @Test
    void aTimeThatIsTooLongIsTold() {
        Imported all = Imported.of(Kind.CBOX_INIT, """
                global: { restart_backoff_initial: 10000000000h }
                processes: { p: { enabled: true, command: [x] } }
                """);
        assertThat(all.comments()).contains("restart_backoff_initial: 10000000000h: is no duration");
    }

    @Test
    void numbersThatCannotStandAreToldWithWhatStandsInTheirPlace() {
        Imported all = Imported.of(Kind.CBOX_INIT, """
                global: { max_restart_attempts: 200000, restart_backoff: -2, metrics_enabled: true, metrics_port: 70000 }
                hooks: { pre-start: [{ name: h, command: [x], timeout: -1, retry: 300000, retry_delay: 0 }] }
                processes:
                  p:
                    enabled: true
                    command: [x]
                    max_memory_mb: -1
                    shutdown: { timeout: -4, pre_stop_hook: { command: [y], timeout: 0 } }
                    health_check: { type: http, url: "http://h/", period: 0, expected_status: 99 }
                    logging: { multiline: { enabled: true, pattern: x, max_lines: 20000, timeout: -9 } }
                """);
        assertThat(all.comments())
                .contains(
                        "max_restart_attempts: 200000: from 0 to 100000 here: 100000 in its place",
                        "restart_backoff: -2: is not from 1 to 999999999; not carried over",
                        "metrics_port: 70000: is not from 1 to 65535",
                        "timeout: -1: is not from 1",
                        "retry: 300000: from 0 to 100000 here",
                        "retry_delay: 0: is not from 1",
                        "max_memory_mb: -1: is not from 1",
                        "shutdown.timeout: -4: is not above 0: 30 s in its place",
                        "shutdown.pre_stop_hook.timeout: 0: is not above 0: 30 s in its place",
                        "health_check.period: 0: is not above 0: 10 s in its place",
                        "health_check.expected_status: 99: is not from 100 to 599",
                        "logging.multiline.max_lines: 20000: from 1 to 10000 here: 10000 in its place",
                        "logging.multiline.timeout: -9: is not from 1");
        assertThat(all.process("p").stop().timeout()).hasSeconds(30);
        assertThat(Objects.requireNonNull(all.process("p").log().lines().multiline())
                        .maxLines())
                .isEqualTo(10_000);
    }
}
