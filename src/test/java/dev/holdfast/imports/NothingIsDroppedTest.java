package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.source.Broken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each key of the source changes the configuration, or is named in a comment. */
class NothingIsDroppedTest {
    /**
     * @param key as comments name it
     * @param line as it is written
     */
    record Key(String key, String line) {}

    /** @param before what stands before the keys, and has to */
    record Format(Kind kind, String before, String indent, String separator, List<Key> keys) {
        @Override
        public String toString() {
            return kind.name();
        }

        String with(List<Key> some) {
            return before + some.stream().map(k -> indent + k.line + separator).collect(Collectors.joining());
        }
    }

    private static List<Key> keys(String separator, String... pairs) {
        var keys = new ArrayList<Key>();
        for (String pair : pairs) {
            int is = pair.indexOf(separator);
            keys.add(new Key(pair.substring(0, is).strip(), pair));
        }
        return keys;
    }

    static Stream<Format> formats() {
        return Stream.of(
                new Format(
                        Kind.SUPERVISORD,
                        "[program:p]\ncommand=c --x\n",
                        "",
                        "\n",
                        keys(
                                "=",
                                "process_name=x%(process_num)d",
                                "numprocs=3",
                                "numprocs_start=2",
                                "priority=5",
                                "autostart=false",
                                "startsecs=7",
                                "startretries=2",
                                "autorestart=true",
                                "exitcodes=1,2",
                                "stopsignal=INT",
                                "stopwaitsecs=33",
                                "stopasgroup=true",
                                "killasgroup=true",
                                "user=u",
                                "redirect_stderr=true",
                                "stdout_logfile=/var/log/o",
                                "stdout_logfile_maxbytes=7MB",
                                "stdout_logfile_backups=3",
                                "stdout_capture_maxbytes=1MB",
                                "stdout_events_enabled=true",
                                "stdout_syslog=true",
                                "stderr_logfile=/var/log/e",
                                "stderr_logfile_maxbytes=8MB",
                                "stderr_logfile_backups=2",
                                "stderr_capture_maxbytes=2MB",
                                "stderr_events_enabled=true",
                                "stderr_syslog=true",
                                "environment=A=\"1\"",
                                "directory=/d",
                                "umask=077",
                                "serverurl=AUTO")),
                new Format(
                        Kind.COMPOSE,
                        "services:\n  s:\n    command: c\n",
                        "    ",
                        "\n",
                        keys(
                                ":",
                                "image: i",
                                "build: .",
                                "container_name: n",
                                "entrypoint: e",
                                "environment: { A: b }",
                                "env_file: x.env",
                                "depends_on: [other]",
                                "healthcheck: { test: t }",
                                "restart: always",
                                "deploy: { replicas: 3, mode: global }",
                                "mem_limit: 5m",
                                "memswap_limit: 9m",
                                "mem_reservation: 1m",
                                "cpus: 2",
                                "cpu_shares: 5",
                                "cpuset: 0-1",
                                "pids_limit: 9",
                                "stop_grace_period: 7s",
                                "stop_signal: INT",
                                "user: u",
                                "working_dir: /w",
                                "scale: 2",
                                "ulimits: { nofile: 7 }",
                                "volumes: [a]",
                                "ports: [b]",
                                "networks: [c]",
                                "network_mode: host",
                                "expose: [1]",
                                "links: [x]",
                                "labels: { a: b }",
                                "logging: { options: { max-size: 5m } }",
                                "cap_add: [X]",
                                "cap_drop: [Y]",
                                "privileged: true",
                                "read_only: true",
                                "tmpfs: /t",
                                "shm_size: 1m",
                                "sysctls: { a: 1 }",
                                "devices: [d]",
                                "init: true",
                                "ipc: host",
                                "pid: host",
                                "profiles: [p]",
                                "platform: x",
                                "pull_policy: always",
                                "secrets: [s]",
                                "configs: [c]",
                                "security_opt: [z]",
                                "hostname: h",
                                "extra_hosts: [h]",
                                "dns: d",
                                "tty: true",
                                "stdin_open: true",
                                "oom_score_adj: 5",
                                "oom_kill_disable: true",
                                "group_add: [g]",
                                "extends: { file: f, service: s }",
                                "develop: {}",
                                "blkio_config: {}",
                                "runtime: r")),
                new Format(
                        Kind.PM2,
                        "apps:\n  - name: a\n    script: s.js\n",
                        "    ",
                        "\n",
                        keys(
                                ":",
                                "cwd: /c",
                                "args: x",
                                "interpreter: python",
                                "node_args: -x",
                                "instances: 3",
                                "exec_mode: cluster",
                                "max_memory_restart: 5M",
                                "cron_restart: 0 1 * * *",
                                "env: { A: 1 }",
                                "env_production: { B: 2 }",
                                "watch: true",
                                "ignore_watch: [x]",
                                "kill_timeout: 900",
                                "wait_ready: true",
                                "listen_timeout: 5",
                                "min_uptime: 6s",
                                "max_restarts: 3",
                                "restart_delay: 70",
                                "exp_backoff_restart_delay: 90",
                                "autorestart: false",
                                "autostart: false",
                                "out_file: /o",
                                "error_file: /e",
                                "log_date_format: Y",
                                "merge_logs: true",
                                "log_type: json",
                                "time: true",
                                "pid_file: /p",
                                "instance_var: I",
                                "increment_var: PORT",
                                "stop_exit_codes: [3]",
                                "treekill: false",
                                "vizion: false",
                                "post_update: [x]",
                                "force: true",
                                "namespace: n",
                                "source_map_support: true",
                                "filter_env: [x]",
                                "shutdown_with_message: true",
                                "uid: 5",
                                "gid: 6",
                                "combine_logs: true",
                                "kill_signal: QUIT",
                                "env_file: /none")),
                new Format(
                        Kind.CBOX_INIT,
                        "processes:\n  p:\n    enabled: true\n    command: [c]\n",
                        "    ",
                        "\n",
                        keys(
                                ":",
                                "type: oneshot",
                                "initial_state: stopped",
                                "working_dir: /w",
                                "user: u",
                                "group: g",
                                "stdout: false",
                                "stderr: false",
                                "restart: on-failure",
                                "scale: 3",
                                "max_scale: 9",
                                "depends_on: [x]",
                                "env: { A: 1 }",
                                "health_check: { type: tcp, address: 'h:1' }",
                                "shutdown: { timeout: 9 }",
                                "logging: { labels: { a: b }, filters: {} }",
                                "schedule: 0 1 * * *",
                                "schedule_timezone: Local",
                                "schedule_timeout: 5s",
                                "schedule_max_concurrent: 2",
                                "heartbeat: { enabled: true }",
                                "max_memory_mb: 5",
                                "port_base: 4000")));
    }

    /** Comments that only the first of them has, wherever they stand. */
    private static String told(Imported with, Imported without) {
        Set<String> others = without.comments()
                .lines()
                .map(l -> l.strip().replaceAll("source:\\d+", ""))
                .collect(Collectors.toSet());
        return with.comments()
                .lines()
                .map(l -> l.strip().replaceAll("source:\\d+", ""))
                .filter(l -> !others.contains(l))
                .collect(Collectors.joining("\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | startretries=-1",
                "0 | startsecs=-1",
                "0 | stopwaitsecs=-5",
                "0 | exitcodes=0,abc,256",
                "0 | autostart=maybe",
                "0 | stdout_logfile_backups=-1",
                "1 | oom_score_adj: 5000",
                "1 | scale: 1001",
                "1 | pids_limit: 99999999",
                "1 | cpus: 0",
                "1 | mem_limit: 0",
                "2 | instances: 1001",
                "2 | max_restarts: -1",
                "2 | max_memory_restart: 0",
                "3 | scale: 1001",
                "3 | port_base: 65001",
                "3 | max_memory_mb: -1",
            })
    void valuesOutOfBoundsAreNamed(int of, String line) {
        Format format = formats().toList().get(of);
        String key = line.split("[=:]", 2)[0];
        Imported with = Imported.of(format.kind, format.with(List.of(new Key(key, line))));
        assertThat(told(with, Imported.of(format.kind, format.with(List.of())))).contains(key);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void eachKeyAloneCounts(Format format) {
        Imported none = Imported.of(format.kind, format.with(List.of()));
        for (Key key : format.keys) {
            Imported with = Imported.of(format.kind, format.with(List.of(key)));
            assertThat(!with.keys().equals(none.keys()) || told(with, none).contains(key.key))
                    .as(key + "\n" + with.sheet().yaml())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void manyKeysTogetherAreSoundAndEachStillCounts(Format format) throws Broken {
        for (int seed = 0; seed < 150; seed++) {
            var random = new Random(seed);
            var some = new ArrayList<>(
                    format.keys.stream().filter(k -> random.nextInt(3) == 0).toList());
            Collections.shuffle(some, random);
            Imported with = Imported.of(format.kind, format.with(some));
            for (Key key : some) {
                var others = new ArrayList<>(some);
                others.remove(key);
                var without = new Imported(
                        format.kind.read("source", format.with(others), Imported.Beside.NOTHING, Kind.Choices.NONE),
                        with.config()); // its own is not asked for: loading takes most of the time
                assertThat(told(with, without).contains(key.key)
                                || !without.keys().equals(with.keys()))
                        .as("seed " + seed + " " + key + "\n" + with.sheet().yaml())
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void keysThatNobodyKnowsAreNamedWithTheirLine(Format format) {
        String separator = format.kind == Kind.SUPERVISORD ? "=" : ": ";
        for (Map.Entry<String, String> made :
                Map.of("made_up", "1", "another-one", "text").entrySet()) {
            Imported with = Imported.of(
                    format.kind,
                    format.with(List.of(new Key(made.getKey(), made.getKey() + separator + made.getValue()))));
            long line = format.before.lines().count() + 1;
            assertThat(with.comments()).contains("# source:" + line + ": " + made.getKey() + ": " + made.getValue());
        }
    }
}
