package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.Rate;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes and the host as people write them, and what is refused. */
class WatchedConfigTest {
    @TempDir
    Path dir;

    private List<String> problems(String yaml) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), "version: 1\n" + yaml + "\n");
        return new ConfigLoader(Map.of(), false).load(file) instanceof Loaded.Unsound unsound
                ? unsound.problems().stream().map(Problem::message).toList()
                : List.of();
    }

    private static WatchedSpec contract(String name) {
        Loaded loaded =
                new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/" + name + ".yaml"));
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        return config.watched();
    }

    @Test
    void theContractsProbesAreWhatTheySay() {
        WatchedSpec w = contract("gateway-host");
        ProbeSpec website = Objects.requireNonNull(w.probes().get("website"));
        assertThat(website.check())
                .isInstanceOfSatisfying(
                        ProbeSpec.Check.Http.class,
                        h -> assertThat(h.expectStatus()).isEqualTo(200));
        assertThat(website.every()).isEqualTo(Duration.ofSeconds(30));
        assertThat(website.warning()).hasToString("[latency > 500ms]");
        assertThat(website.critical()).hasToString("[down for 1m]");
        assertThat(website.recover())
                .extracting(RecoverSpec::words)
                .containsExactly("exec systemctl restart php8.3-fpm", "exec systemctl restart nginx");
        assertThat(website.alert()).containsExactly("ops");
        ProbeSpec mariadb = Objects.requireNonNull(w.probes().get("mariadb"));
        assertThat(mariadb.recover().getFirst().atMost()).isEqualTo(Rate.parse("5 per 1h"));

        ProbeSpec queue = Objects.requireNonNull(contract("media-bot").probes().get("telegram-queue"));
        assertThat(queue.warning()).hasToString("[length > 100]");
        assertThat(queue.critical())
                .as("and what is down is no empty queue")
                .hasToString("[length > 200, down for 1m]");
    }

    @Test
    void theContractsAuditIsWhatItSays() {
        AuditSpec a = Objects.requireNonNull(contract("gateway-host").audit());
        assertThat(a.told())
                .containsEntry("php_fpm.config", "/etc/php/8.3/fpm/php-fpm.conf")
                .containsEntry("mariadb.config", "/etc/mysql/my.cnf")
                .containsEntry("mariadb.live.socket", "/run/mysqld/mysqld.sock")
                .containsEntry("mariadb.live.user", "root")
                .containsEntry(
                        "systemd.units", "php8.3-fpm.service,mariadb.service,nginx.service,redis-server.service");
        assertThat(a.every()).isEqualTo(Duration.ofDays(1));
        assertThat(a.alert()).containsExactly("ops");
        assertThat(contract("media-bot").audit()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{every: 5s}|every is at least 1m",
                "{php_fpm: {config: etc/fpm.conf}}|config",
                "{compose: {files: [a.yaml]}}|files are absolute paths",
                "{systemd: {units: ['a,b']}}|has no comma",
                "{php_fpm: {}}|config",
                "{phpfpm: {config: /x}}|phpfpm",
                "{alert: [ops]}|no alert channel"
            })
    void refusesAnAuditThatIsNone(String audit, String problem) throws IOException {
        assertThat(problems("audit: " + audit)).anyMatch(p -> p.contains(problem));
    }

    @Test
    void theContractsHostIsWhatItSays() {
        HostSpec h = Objects.requireNonNull(contract("analytics-workers").host());
        assertThat(h.interval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(h.watches())
                .extracting(HostSpec.Watch::name)
                .containsExactly("memory", "cpu", "swap", "disk /", "pressure memory");
        assertThat(h.watches().get(1).window()).isEqualTo(Duration.ofMinutes(1));
        assertThat(h.watches().getLast().warning()).isInstanceOf(Threshold.Pressure.class);
        assertThat(h.recover())
                .extracting(RecoverSpec::when)
                .containsExactly(
                        new RecoverSpec.When("memory", Severity.CRITICAL, Duration.ofMinutes(1)),
                        new RecoverSpec.When("memory", Severity.CRITICAL, Duration.ofMinutes(3)));
        assertThat(h.recover())
                .extracting(RecoverSpec::words)
                .containsExactly("run-cleanup orphans", "restart mtproto-worker");
        HostSpec disk = Objects.requireNonNull(contract("media-bot").host());
        assertThat(disk.watches()).singleElement().satisfies(w -> {
            assertThat(w.of()).isEqualTo("/");
            assertThat(w.warning()).hasToString("free < 15%");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{every: 1s}                                                         | a probe asks exactly one of",
                "{tcp: {address: 'x:1'}, redis: {address: 'x:1'}}                    | a probe asks exactly one of",
                "{tcp: {address: x}}                                                 | an address is host:port",
                "{tcp: {address: 'x:1'}, warning: '> 5'}                             | of what? it measures latency",
                "{tcp: {address: 'x:1'}, warning: latncy > 5s}                       | did you mean latency?",
                "{tcp: {address: 'x:1'}, warning: latency > 5}                       | latency is a time",
                "{tcp: {address: 'x:1'}, critical: up for 1m}                        | what lasts is down",
                "{tcp: {address: 'x:1'}, critical: some > 10ms / 1s}                 | pressure is the host's",
                "{tcp: {address: 'x:1'}, warning: []}                                | an empty list says nothing",
                "{http: {url: 'ftp://x/'}}                                           | the URL is http or https",
                "{http: {url: 'http://x/', ca: /x}}                                  | this counts only with https",
                "{http: {url: 'http://x/'}, warning: certificate < 14d}              | certificate is nothing this measures",
                "{http: {url: 'http://x/', body: '('}}                               | is no regular expression",
                "{exec: {command: [x], value: 'x'}}                                  | its first group",
                "{exec: {command: [x], exit_codes: [256]}}                           | it is 0 to 255",
                "{redis: {address: 'x:1'}, warning: '> 5'}                           | of what?",
                "{redis: {address: 'x:1', user: u}}                                  | user counts only with password",
                "{file: {path: x}}                                                   | path is an absolute path",
                "{tcp: {address: 'x:1'}, recover: [{do: exec}]}                      | do: exec needs command",
                "{tcp: {address: 'x:1'}, recover: [{do: restart, command: [x]}]}     | command has no effect with do: restart",
                "{tcp: {address: 'x:1'}, recover: [{do: restart, processes: [wbe]}]} | is no process of this file, did you mean web?",
                "{tcp: {address: 'x:1'}, recover: [{do: run-cleanup, names: [tmp]}]} | is no cleanup of this file, did you mean temp?",
                "{tcp: {address: 'x:1'}, recover: [{do: exec, command: [x], when: memory critical}]} | memory is nothing measured here",
                "{tcp: {address: 'x:1'}, recover: [{do: exec, command: [x], when: down for ever}]} | a duration is numbers",
            })
    void refusesProbes(String probe, String why) throws IOException {
        assertThat(problems("processes: {web: {command: [x]}}\ncleanup: {temp: {path: /srv/x, keep_newest: 1}}\n"
                        + "probes: {p: " + probe + "}"))
                .anyMatch(p -> p.contains(why));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                                                  | has no threshold",
                "{memory: {}}                                                        | memory needs warning or critical",
                "{memory: {warning: free < 10%}}                                     | write available",
                "{memory: {warning: '> 5'}}                                          | a share or a size",
                "{cpu: {warning: '> 5Gi'}}                                           | cpu is compared with a share",
                "{load: {warning: '> 5Gi'}}                                          | a number or a share",
                "{swap_in: {warning: '> 5%'}}                                        | a size a second",
                "{disk: {data: {warning: '> 5%'}}}                                   | a mount point is an absolute path",
                "{disk: {/: {warning: fre < 5%}}}                                    | did you mean free?",
                "{pressure: {memory: '> 5%'}}                                        | pressure is a stall",
                "{pressure: {memory: some > 2s / 1s}}                                | pressure is a stall within a window",
                "{memory: {warning: '> 5%'}, interval: 10ms}                         | interval is at least 1s",
                "{memory: {warning: '> 5%'}, recover: [{do: exec, command: [x]}]}    | when is missing",
                "{memory: {warning: '> 5%'}, recover: [{do: exec, command: [x], when: memory critical}]} | never happens: host.memory says no critical",
                "{memory: {warning: '> 5%'}, recover: [{do: exec, command: [x], when: mem critical}]} | mem is nothing measured here",
                "{memory: {warning: '> 5%'}, recover: [{do: exec, command: [x], when: critical}]} | of what",
            })
    void refusesHosts(String host, String why) throws IOException {
        assertThat(problems("host: " + host)).anyMatch(p -> p.contains(why));
    }

    @Test
    void aPasswordIsNotTold() throws IOException {
        Path file = Files.writeString(
                dir.resolve("a.yaml"), "version: 1\nprobes: {p: {redis: {address: 'x:1', password: secret1}}}\n");
        Path other = Files.writeString(
                dir.resolve("b.yaml"), "version: 1\nprobes: {p: {redis: {address: 'x:1', password: secret2}}}\n");
        WatchedSpec a = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(file))
                .config()
                .watched();
        WatchedSpec b = ((Loaded.Sound) new ConfigLoader(Map.of(), false).load(other))
                .config()
                .watched();
        Plan plan = Plan.ofWatched(a, b);
        assertThat(plan.steps())
                .singleElement()
                .satisfies(s -> assertThat(s.changes()).containsExactly("check.password: another value (not shown)"));
        assertThat(a.toString()).doesNotContain("secret");
    }
}
