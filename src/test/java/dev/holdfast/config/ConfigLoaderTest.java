package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"mautic-n8n", "media-bot", "analytics-workers", "gateway-host", "container"})
    void contractLoads(String name) throws IOException {
        Path file = Path.of("src/test/resources/contract").resolve(name + ".yaml");
        assertThat(file).exists();
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
    }

    @Test
    void contractSaysWhatItDoes() {
        Config c = sound(new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml")));
        ProcessSpec worker = Objects.requireNonNull(c.processes().get("telegram-worker"));
        assertThat(worker.replicas()).isEqualTo(4);
        assertThat(worker.plannedExitCodes()).containsExactlyInAnyOrder(0, 12);
        assertThat(worker.maxRuntime()).isEqualTo(Duration.ofHours(1));
        assertThat(worker.stop().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(worker.launch().workingDir()).isEqualTo("/srv/bot");
        assertThat(worker.restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
        assertThat(worker.resources().memoryRecycle()).hasToString("95%");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{a: {command: [x], depends_on: [b]}}                              | \"a\" depends on \"b\", which is"
                        + " no process",
                "{a: {command: [x], memory_watch: {warn: 90%}}} | memory_watch has shares of resources.limits.memory,"
                        + " which is not given",
                "{a: {command: [x], resources: {limits: {memory: 1Mi}}, memory_watch: {warn: 90%, recycle: 80%}}} |"
                        + " warn (90%) is below recycle (80%)",
                "{a: {command: [x], resources: {limits: {memory: 1Mi}}, memory_watch: {recycle: 101%}}} | \"101%\":"
                        + " recycle is more than 0% and at most 100%",
                "{web: {command: [x]}, a: {command: [x], depends_on: [wbe]}}       | did you mean web?",
                "{a: {command: [x], depends_on: [b]}, b: {command: [x], depends_on: [c]}, c: {command: [x],"
                        + " depends_on: [a]}} | a cycle of dependencies: a → b → c → a",
                "{a: {command: [x], depends_on: [a]}}                              | a cycle of dependencies: a → a",
                "{a: {command: [x], depends_on: {b: completed}}, b: {command: [x]}} | \"b\" never completes: it is no"
                        + " oneshot",
                "{a: {command: [x], depends_on: {b: healthy}}, b: {command: [x]}}  | \"b\" has no health",
                "{a: {command: [x], depends_on: [b]}, b: {command: [x], enabled: false}} | which is not enabled",
                "{a: {command: x y}}                                               | a command is a list, such as [x,"
                        + " y]",
                "{a: {command: [x], shell: true}}                                  | the command is one text for sh -c",
                "{a: {command: [x], nice: 20}}                                     | \"20\": nice is -20 to 19",
                "{a: {command: [x], replicas: 1001}}                               | \"1001\": replicas is 0 to 1000",
                "{a: {command: [x], port_base: 65535, replicas: 2}}                | pass port 65535",
                "{a: {command: [x], rlimits: {nofiles: 5}}}                        | unknown resource \"nofiles\", did"
                        + " you mean nofile?",
                "{a: {command: [x], rlimits: {nofile: {soft: 9, hard: 5}}}}        | the soft limit of nofile is above"
                        + " its hard limit",
                "{a: {command: [x], rlimits: {nofile: many}}}                      | \"many\": a whole number or"
                        + " unlimited",
                "{a: {command: [x], working_dir: srv}}                             | \"srv\": working_dir is an"
                        + " absolute path, beginning with /",
                "{a: {command: [x], type: oneshot, restart: always}}               | never completes",
                "{a: {command: [x], restart: {delay: 2m}}}                         | \"2m\": delay is at most"
                        + " max_delay, 1m",
                "{a: {command: [x], health: {period: 5s}}}                         | exactly one of exec, http, tcp"
                        + " and notify",
                "{a: {command: [x], health: {tcp: {address: 'a:1'}, http: {url: 'http://a/'}}}} | not http and tcp",
                "{a: {command: [x], health: {tcp: {address: '9000'}}}}             | an address is host:port",
                "{a: {command: [x], health: {http: {url: 'ftp://a/'}}}}            | the URL is http or https",
                "{a: {command: [x], liveness: {notify: true}}}                     | not liveness",
                "{a: {command: [x], env: {pass: [PATH]}}}                          | pass counts only with clean: true",
                "{a: {command: [x], resources: {limits: {memory: 2Gi, memory_swap: 1Gi}}}} | not below memory (2Gi)",
                "{a: {command: [x], resources: {limits: {memory_swap: 1Gi}}}}              | it needs memory beside it",
                "{a: {command: [x], resources: {limits: {memory: 1Gi, memory_high: 2Gi}}}} | memory_high (2Gi) is"
                        + " above memory (1Gi)",
                "{a: {command: [x], resources: {limits: {memory: 0}}}}                     | \"0\": memory is more"
                        + " than 0",
                "{a: {command: [x], resources: {limits: {pids: 0}}}}                       | \"0\": pids is 1 to"
                        + " 4194304",
                "{a: {command: [x], resources: {limits: {io: {weight: 10001}}}}}           | \"10001\": weight is 1 to"
                        + " 10000",
                "{a: {command: [x], resources: {limits: {io: {read_ops: 0}}}}}             | \"0\": read_ops is 1 to"
                        + " 1000000000",
                "{a: {command: [x], resources: {limits: {cpu: 1}, reservations: {cpu: 2}}}} | more is reserved (2)"
                        + " than the limit",
                "{a b: {command: [x]}}                                             | \"a b\": a name has letters",
                "{a: {command: [x], planned_exit_codes: [256]}}                    | \"256\": planned_exit_codes is 0"
                        + " to 255",
                "{a: {command: [x], logging: {redact: ['(']}}}                     | is no regular expression",
                "{a: {command: [x, \"a\\0b\"]}}                                    | it holds a NUL character",
                "{a: {command: [x], env: {A: \"a\\0b\"}}}                           | it holds a NUL character",
                "{a: {command: [x], env: {\"A\\0\": b}}}                            | it holds a NUL character",
                "{a: {command: [x], working_dir: \"/a\\0b\"}}                      | it holds a NUL character",
                "{a: {command: [x], health: {http: {url: 'http://a:99999/'}}}}      | a URL's port is 1 to 65535, not"
                        + " 99999",
                "{a: {command: [x], max_runtime: 99999999999999w}}                 | this is too large: a duration is"
                        + " at most 36500d",
                "{a: {command: [x], user: '4294967295'}}                           | \"4294967295\": user is a number"
                        + " of 0 to 4294967294",
                "{a: {command: [x], group: '-1'}}                                  | \"-1\": group is a name or a"
                        + " number",
            })
    void refuses(String processes, String expected) throws IOException {
        List<Problem> problems = unsound("version: 1\nprocesses: " + processes + "\n");
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().toString()).contains(expected).contains(dir.resolve("holdfast.yaml") + ":2:");
    }

    @Test
    void tellsEverythingInOneRun() throws IOException {
        assertThat(unsound("""
            version: 2
            procceses: {}
            host: { memory: { warning: "> 5%" }, alert: [ops] }
            global: { exit: { when: stopped, process: web } }
            schedules: { s: { cron: "* *", command: [x] } }
            """))
                .extracting(p -> p.line() + ":" + p.column())
                .containsExactly("1:10", "2:1", "3:45", "4:43", "5:25");
    }

    @Test
    void whatDoesNotFitHidesNothingElseAndLooksLikeNothingElse() throws IOException {
        assertThat(unsound("""
            version: 1
            processes:
              a: { command: [x], nice: high, replicas: 5000 }
              b: { command: 5x, depends_on: { a: started, c: healthy } }
              c: { command: [x], health: { tcp: { address: [1] } } }
              d: { comand: [x], depends_on: [c] }
              e: { command: [x], depends_on: [d], umask: 99 }
            host: 5
            """))
                .extracting(p -> p.line() + ":" + p.column())
                .containsExactly("3:28", "3:44", "4:17", "5:48", "6:6", "6:8", "7:46", "8:7");
    }

    @Test
    void defaultsLieUnderEntriesAndMayLeaveOutWhatIsRequired() throws IOException {
        Config c = sound(load("""
            version: 1
            defaults: { process: { nice: 5, stop: { timeout: 3s }, env: { A: "1" } } }
            processes:
              a: { command: [x], stop: { signal: INT }, env: { B: "2" } }
              b: { command: [x], nice: 0 }
            """));
        ProcessSpec a = Objects.requireNonNull(c.processes().get("a"));
        assertThat(a.launch().nice()).isEqualTo(5);
        assertThat(a.stop().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(a.launch().environment()).isEqualTo(Map.of("A", "1", "B", "2"));
        assertThat(Objects.requireNonNull(c.processes().get("b")).launch().nice())
                .isZero();
        assertThat(unsound("version: 1\ndefaults: { process: { niec: 5 } }\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.message()).contains("did you mean nice?"));
    }

    @Test
    void includesFilesBesideIt() throws IOException {
        Files.createDirectories(dir.resolve("conf.d"));
        Files.writeString(dir.resolve("conf.d/b.yaml"), "processes: { b: { command: [x] } }\n");
        Files.writeString(dir.resolve("conf.d/c.yaml"), "processes: { c: { command: [x], depends_on: [b] } }\n");
        assertThat(sound(load("version: 1\ninclude: [conf.d/*.yaml]\nprocesses: { a: { command: [x] } }\n"))
                        .processes())
                .containsOnlyKeys("a", "b", "c");
        Files.writeString(dir.resolve("conf.d/d.yaml"), "processes: { a: { command: [y] } }\n");
        assertThat(unsound("version: 1\ninclude: [conf.d/*.yaml]\nprocesses: { a: { command: [x] } }\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.toString()).contains("d.yaml:1").contains("is also given at"));
        assertThat(unsound("version: 1\ninclude: [gone.yaml]\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.toString()).contains(":2:11: ").contains("gone.yaml\" does not exist"));
        assertThat(unsound("version: 1\ninclude: [holdfast.yaml]\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.message()).contains("includes itself"));
    }

    @Test
    void expandsVariablesOfFilesAndOfTheCallerWhoWins() throws IOException {
        Files.writeString(dir.resolve("vars"), "# ours\nDIR=/srv/bot\nexport N='3'\n\nWHO=file\n");
        Config c = sound(load("""
            version: 1
            env_file: [vars]
            processes:
              a: { command: ["${WHO}"], working_dir: "${DIR}", replicas: "${N}", env_file: [vars], env: { DIR: mine } }
            """));
        ProcessSpec a = Objects.requireNonNull(c.processes().get("a"));
        assertThat(a.launch().command().argv()).containsExactly("caller");
        assertThat(a.launch().workingDir()).isEqualTo("/srv/bot");
        assertThat(a.replicas()).isEqualTo(3);
        assertThat(a.launch().environment()).isEqualTo(Map.of("DIR", "mine", "N", "3", "WHO", "file"));
        Files.writeString(dir.resolve("vars"), "no line\n");
        assertThat(unsound("version: 1\nenv_file: [vars]\n"))
                .singleElement()
                .satisfies(
                        p -> assertThat(p.toString()).endsWith("vars:1:1: a line is NAME=VALUE, a comment or empty"));
    }

    @Test
    void aConfigurationKnowsItsOwnDirectoryWhateverTheCallerSays() throws IOException {
        Path file = dir.resolve("holdfast.yaml");
        Files.writeString(file, """
            version: 1
            processes:
              a: { command: ["${HOLDFAST_CONFIG_DIR}/run"] }
            """);
        Config c = sound(new ConfigLoader(Map.of("HOLDFAST_CONFIG_DIR", "/of/a/parent"), false).load(file));
        assertThat(Objects.requireNonNull(c.processes().get("a"))
                        .launch()
                        .command()
                        .argv())
                .containsExactly(dir.resolve("run").toString());
    }

    @Test
    void rootObeysNoFileThatEveryoneMayWrite() throws IOException {
        Path file = dir.resolve("holdfast.yaml");
        Files.writeString(file, "version: 1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(new ConfigLoader(Map.of(), true).load(file))
                .isInstanceOfSatisfying(
                        Loaded.Unsound.class,
                        u -> assertThat(u.problems().getFirst().message()).contains("may be written by everyone"));
        assertThat(new ConfigLoader(Map.of(), false).load(file)).isInstanceOf(Loaded.Sound.class);
    }

    @Test
    void suggestsNeitherTheProcessItselfNorWhatIsFar() throws IOException {
        assertThat(unsound("version: 1\nprocesses: { a: { command: [x], depends_on: [b] } }\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.message()).doesNotContain("did you mean"));
        assertThat(unsound("version: 1\nprocesses: { web: { command: [x], depends_on: [wbe] } }\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.message()).doesNotContain("did you mean"));
    }

    @Test
    void twoProcessesDoNotShareALogFile() throws IOException {
        assertThat(unsound("""
            version: 1
            processes:
              a: { command: [x], logging: { file: { path: /var/log/x.log } } }
              b: { command: [x], logging: { file: { path: /var/log/../log/x.log } } }
            """)).extracting(p -> p.line() + ":" + p.column()).containsExactly("3:47", "4:47");
    }

    @Test
    void anEnvironmentFileHoldsNoNul() throws IOException {
        Files.writeString(dir.resolve("vars"), "A=b\nB=x\0y\n");
        assertThat(unsound("version: 1\nenv_file: [vars]\n"))
                .singleElement()
                .satisfies(p -> assertThat(p.toString()).contains("vars:2:1: B holds a NUL character"));
    }

    @Test
    void rootObeysOnlyWhatNobodyElseCanChange() throws IOException {
        assumeTrue(Files.getAttribute(dir, "unix:uid").equals(0), "only root can give files away");
        Path inc = Files.createDirectories(dir.resolve("inc"));
        Path vars = Files.writeString(dir.resolve("vars"), "A=b\n");
        Path one = Files.writeString(inc.resolve("one.yaml"), "processes: {}\n");
        Path file = Files.writeString(
                dir.resolve("holdfast.yaml"), "version: 1\ninclude: [inc/*.yaml]\nenv_file: [vars]\n");
        assertThat(new ConfigLoader(Map.of(), true).load(file)).isInstanceOf(Loaded.Sound.class);
        Files.setPosixFilePermissions(inc, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(asRoot(file))
                .contains(":2:11: ", "lies in " + inc + ", which may be written by everyone", "chmod o-w");
        Files.setPosixFilePermissions(inc, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(one, "unix:uid", 4242);
        assertThat(asRoot(file)).contains("one.yaml\" belongs to uid 4242", "chown root");
        assertThat(new ConfigLoader(Map.of("SUDO_UID", "4242"), true).load(file))
                .isInstanceOf(Loaded.Sound.class);
        Files.setAttribute(one, "unix:uid", 0);
        Files.setAttribute(vars, "unix:gid", 4242);
        Files.setPosixFilePermissions(vars, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(asRoot(file)).contains(":3:12: ", "vars\" may be written by gid 4242", "chmod g-w");
        Files.setAttribute(vars, "unix:gid", 0);
        assertThat(new ConfigLoader(Map.of(), true).load(file)).isInstanceOf(Loaded.Sound.class);
        assertThat(new ConfigLoader(Map.of(), false).load(file)).isInstanceOf(Loaded.Sound.class);
    }

    private static String asRoot(Path file) {
        Loaded loaded = new ConfigLoader(Map.of(), true).load(file);
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        return ((Loaded.Unsound) loaded).problems().toString();
    }

    private Loaded load(String yaml) throws IOException {
        Path file = dir.resolve("holdfast.yaml");
        Files.writeString(file, yaml);
        return new ConfigLoader(Map.of("WHO", "caller"), false).load(file);
    }

    private List<Problem> unsound(String yaml) throws IOException {
        Loaded loaded = load(yaml);
        assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
        return ((Loaded.Unsound) loaded).problems();
    }

    private static Config sound(Loaded loaded) {
        if (loaded instanceof Loaded.Unsound(List<Problem> problems)) {
            throw new AssertionError(problems.toString());
        }
        return ((Loaded.Sound) loaded).config();
    }
}
