package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bound is told with key and value, and beside whatever else is wrong with the same process. */
class RangesTest {
    private static final String WRONG_COMMAND = "a command needs a program";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replicas: 1001                             ~ \"1001\": replicas is 0 to 1000",
                "port_base: 0                               ~ \"0\": port_base is 1 to 65535",
                "start_timeout: 0                           ~ \"0\": start_timeout is more than 0",
                "max_runtime: 0s                            ~ \"0s\": max_runtime is more than 0",
                "planned_exit_codes: [256]                  ~ \"256\": planned_exit_codes is 0 to 255",
                "working_dir: \"\"                          ~ \"\": working_dir is an absolute path",
                "umask: \"07777\"                           ~ \"07777\": umask is 0 to 0777, octal",
                "nice: -21                                  ~ \"-21\": nice is -20 to 19",
                "oom_score_adj: 1001                        ~ \"1001\": oom_score_adj is -1000 to 1000",
                "cpu_affinity: [1024]                       ~ \"1024\": cpu_affinity is 0 to 1023",
                "io: { class: idle, priority: 8 }           ~ \"8\": priority is 0 to 7",
                "hooks: { pre_stop: { command: [x], timeout: 0 } } ~ \"0\": timeout is more than 0",
                "hooks: { pre_stop: { command: [], timeout: 0 } } ~ \"0\": timeout is more than 0",
                "restart: { multiplier: 0.1 }               ~ \"0.1\": multiplier is 1 to 100",
                "restart: { jitter: 200% }                  ~ \"200%\": jitter is at most 100%",
                "restart: { delay: 2m }                     ~ \"2m\": delay is at most max_delay, 1m",
                "restart: { limit: -1 }                     ~ \"-1\": limit is 0 to 1000000",
                "restart: { window: 0 }                     ~ \"0\": window is more than 0",
                "health: { notify: true, period: 0 }        ~ \"0\": period is more than 0",
                "health: { notify: true, timeout: 0 }       ~ \"0\": timeout is more than 0",
                "health: { notify: true, success_threshold: 0 } ~ \"0\": success_threshold is 1 to 1000",
                "health: { exec: { command: [] }, failure_threshold: 0 } ~ \"0\": failure_threshold is 1 to 1000",
                "health: { notify: true, breaker: { max_failures: 0 } } ~ \"0\": max_failures is 1 to 1000",
                "health: { notify: true, breaker: { reset_timeout: 0 } } ~ \"0\": reset_timeout is more than 0",
                "health: { http: { url: 'http://a/', expect_status: 99 } } ~ \"99\": expect_status is 100 to 599",
                "logging: { file: { path: x.log } }         ~ \"x.log\": path is an absolute path",
                "logging: { file: { rotation: { max_backups: 1001 } } } ~ \"1001\": max_backups is 0 to 1000",
                "logging: { file: { rotation: { max_size: 1K } } } ~ \"1K\": max_size is at least 4Ki",
                "resources: { limits: { pids: 0 } }         ~ \"0\": pids is 1 to 4194304",
                "env: { \"A=B\": x }                        ~ \"A=B\" is no variable's name",
                "env_file: [missing]                        ~ missing\" does not exist",
                "rlimits: { nofile: many }                  ~ \"many\": a whole number or unlimited",
            })
    void isToldBesideAnotherMistakeOfItsProcess(String line) throws IOException {
        String key = line.substring(0, line.indexOf(" ~ ")).strip();
        String expected = line.substring(line.indexOf(" ~ ") + 3);
        assertThat(problems("{ " + key + ", command: [\"\"] }"))
                .anyMatch(p -> p.contains(WRONG_COMMAND))
                .anyMatch(p -> p.contains(expected));
        assertThat(problems("{ " + key + ", command: [x], stop: { timeout: -1s } }"))
                .anyMatch(p -> p.contains("a duration is numbers"))
                .anyMatch(p -> p.contains(expected));
    }

    @Test
    void oneRunTellsAllOfTwoSections() throws IOException {
        assertThat(problems("{ command: [\"\"], working_dir: \"\", env: {\"A=B\": x}, env_file: [missing], nice: 99,"
                        + " restart: { jitter: 200%, multiplier: 0.1, limit: -1, delay: -1s } }"))
                .hasSize(9);
    }

    private List<String> problems(String process) throws IOException {
        Path file = Files.writeString(dir.resolve("f.yaml"), "version: 1\nprocesses:\n  a: " + process + "\n");
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        return ((Loaded.Unsound) loaded)
                .problems().stream().map(Problem::toString).toList();
    }
}
