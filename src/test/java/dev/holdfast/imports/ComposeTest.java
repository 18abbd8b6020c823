package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.HealthSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.imports.Imported.Beside;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComposeTest {
    private static final String ALL = """
            x-common: &common
              restart: unless-stopped
            services:
              cache:
                image: redis:7
              store:
                <<: *common
                image: own/store
                command: store --memory "1 g"
                healthcheck: { test: ["CMD", store, ping], interval: 20s, timeout: 2s, retries: 9, start_period: 1m }
                mem_limit: 512m
                memswap_limit: 1g
                cpus: 1.5
                pids_limit: 64
              migrate:
                build: .
                command: [bin/migrate, "$$HOME", "${TARGET:-all}"]
                depends_on: { store: { condition: service_healthy } }
                restart: on-failure:3
              web:
                build: { context: . }
                entrypoint: [/entry, --]
                command: serve
                environment:
                  - STORE_URL=tcp://store:7000/0
                  - MODE=${MODE-prod}
                  - PASSED
                env_file: [web.env, { path: more.env, required: false }]
                depends_on:
                  migrate: { condition: service_completed_successfully }
                  cache: { condition: service_started }
                deploy:
                  replicas: 2
                  resources: { limits: { cpus: "0.5", memory: 64M }, reservations: { memory: 32M } }
                  restart_policy: { condition: on-failure, delay: 5s, max_attempts: 3, window: 2m }
                ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 50 }
                user: "1000:100"
                working_dir: /app
                stop_signal: SIGINT
                stop_grace_period: 1m30s
                logging: { driver: json-file, options: { max-size: 10m, max-file: "4" } }
                security_opt: ["no-new-privileges:true"]
                profiles: [late]
                cpuset: 0-1,3
              batch:
                extends: { service: web }
                command: batch
                profiles: []
            """;

    /** Without env_file, which the loader would look for. */
    private static Imported sound() {
        return Imported.of(Kind.COMPOSE, ALL);
    }

    private static ProcessSpec process(String name) {
        return sound().process(name);
    }

    @Test
    void bothFormsOfCommandsAreWords() {
        assertThat(process("store").launch().command().argv()).containsExactly("store", "--memory", "1 g");
        assertThat(process("web").launch().command().argv()).containsExactly("/entry", "--", "serve");
        assertThat(process("migrate").launch().command().argv()).containsExactly("bin/migrate", "$HOME", "all");
        assertThat(process("batch").launch().command().argv()).containsExactly("/entry", "--", "batch");
    }

    @Test
    void aServiceWhoseCommandIsInItsImageIsNotEnabledAndNobodyWaitsForIt() {
        assertThat(process("cache").enabled()).isFalse();
        assertThat(process("web").dependsOn()).containsOnlyKeys("migrate");
        assertThat(sound().sheet().left()).isEqualTo(1);
        assertThat(sound().comments())
                .contains("# source:5: image: redis:7: what the image holds has to be installed on this host")
                .contains("depends_on cache, which is not enabled");
    }

    @Test
    void conditionsAreDependencies() {
        assertThat(process("web").dependsOn()).containsEntry("migrate", ProcessSpec.DependencyCondition.COMPLETED);
        assertThat(process("migrate").type()).isEqualTo(ProcessSpec.Type.ONESHOT);
        assertThat(process("migrate").restart().limit()).isEqualTo(3);
        assertThat(process("migrate").dependsOn()).containsEntry("store", ProcessSpec.DependencyCondition.HEALTHY);
    }

    @Test
    void aHealthcheckIsReadinessForDockerRestartsNothing() {
        ProcessSpec store = process("store");
        HealthSpec readiness = Objects.requireNonNull(store.readiness());
        assertThat(readiness.check())
                .isInstanceOf(HealthSpec.Check.Exec.class)
                .hasToString("Exec[command=CommandSpec[argv=[store, ping]]]");
        assertThat(readiness.period()).hasSeconds(20);
        assertThat(readiness.failureThreshold()).isEqualTo(9);
        assertThat(store.startTimeout()).hasSeconds(60 + 9 * 20 + 2 + 1);
        assertThat(store.liveness()).isNull();
    }

    @Test
    void limitsOfBothFormsAreLimits() {
        assertThat(process("store").resources().memory()).hasToString("512Mi");
        assertThat(process("store").resources().memorySwap()).hasToString("1Gi");
        assertThat(process("store").resources().pids()).isEqualTo(64);
        assertThat(process("web").resources().memory()).hasToString("64Mi");
        assertThat(sound().keys())
                .contains("cpu: 1.5")
                .contains("cpu: 0.5")
                .contains("nproc: 50")
                .contains("hard: 200");
        assertThat(process("web").launch().cpuAffinity()).containsExactly(0, 1, 3);
    }

    @Test
    void theRestIsAsItWas() {
        ProcessSpec web = process("web");
        assertThat(web.replicas()).isEqualTo(2);
        assertThat(web.launch().user()).isEqualTo("1000");
        assertThat(web.launch().group()).isEqualTo("100");
        assertThat(web.launch().workingDir()).isEqualTo("/app");
        assertThat(web.launch().environment())
                .containsOnly(Map.entry("STORE_URL", "tcp://store:7000/0"), Map.entry("MODE", "prod"));
        assertThat(web.stop().signal().written()).isEqualTo("INT");
        assertThat(web.stop().timeout()).hasSeconds(90);
        assertThat(web.restart().policy()).isEqualTo(RestartSpec.Policy.ON_FAILURE);
        assertThat(web.restart().limit()).isEqualTo(3);
        assertThat(web.restart().window()).hasMinutes(2);
        assertThat(web.log().rotation().maxBackups()).isEqualTo(3);
        assertThat(web.manual()).isTrue();
        assertThat(process("store").restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
        assertThat(process("cache").restart().policy()).isEqualTo(RestartSpec.Policy.NEVER);
    }

    @Test
    void hostsThatWereServicesAndVariablesThatArePassedAreTold() {
        assertThat(sound().comments())
                .contains("environment STORE_URL names the service store")
                .contains("environment PASSED: inherited")
                .contains("env_file: web.env: is not there");
    }

    @Test
    void anEnvironmentFileThatIsThereIsTakenByItsWholeName() throws Exception {
        Sheet sheet = Kind.COMPOSE.read("source", ALL, new Beside(Map.of("/srv/app/web.env", "")), Kind.Choices.NONE);
        assertThat(sheet.yaml()).contains("env_file: [\"/srv/app/web.env\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "services: [ | source:2:1: ",
                "a: 1 | source:1:1: services is expected",
                "services: { a: 1 } | source:1:13: a: a service has keys",
                "- x | source:1:1: services is expected",
                "include: [a.yml] | source:1:1: services is expected: a mapping of them; include is not read",
            })
    void brokenFilesAreOneErrorWithItsPlace(String text, String message) {
        assertThatThrownBy(() -> Kind.COMPOSE.read("source", text + "\n", Beside.NOTHING, Kind.Choices.NONE))
                .hasMessageStartingWith(message.strip());
    }

    @Test
    void longDefaultsAndThoseWithBlanksAreOneWord() {
        Imported all = Imported.of(
                Kind.COMPOSE, "services:\n  a:\n    command: run ${A:-x y} $${B} ${C:-" + "z".repeat(20_000) + "}\n");
        assertThat(all.process("a").launch().command().argv())
                .startsWith("run", "x y", "${B}")
                .hasSize(4);
        assertThat(all.sheet().left()).isZero();
        assertThat(all.comments()).contains("is one word here");
    }

    @Test
    void aCommandThatMayBeEmptyIsTheImages() {
        Imported all = Imported.of(Kind.COMPOSE, """
                services:
                  a: { image: i, command: "${COMMAND}" }
                  b: { image: i, command: "${COMMAND-} --x" }
                  c: { image: i, command: "${COMMAND:-run}" }
                  d: { image: i, command: "/opt/${COMMAND}" }
                """);
        assertThat(all.process("a").enabled()).isFalse();
        assertThat(all.process("b").enabled()).isFalse();
        assertThat(all.process("c").launch().command().argv()).containsExactly("run");
        assertThat(all.process("d").enabled()).isTrue();
        assertThat(all.sheet().left()).isEqualTo(2);
    }

    @Test
    void whatIsExtendedKeepsItsVariables() {
        Imported all = Imported.of(Kind.COMPOSE, """
                services:
                  base: { command: b, environment: [A=1, B=2], depends_on: [first] }
                  top: { extends: base, environment: { B: "3" } }
                  first: { command: f, profiles: [p] }
                """);
        assertThat(all.process("top").launch().environment()).containsOnly(Map.entry("A", "1"), Map.entry("B", "3"));
        assertThat(all.process("top").dependsOn()).isEmpty();
        assertThat(all.comments()).contains("depends_on first, which starts by hand here");
    }

    @Test
    void whatIsNotReadIsMissing() {
        Imported all = Imported.of(
                Kind.COMPOSE,
                "include: [x.yaml]\nservices: { a: { command: a } }\n---\nservices: { b: { command: b } }\n");
        assertThat(all.sheet().left()).isEqualTo(2);
        assertThat(all.comments()).contains("# source:4: a further document begins here");
        assertThatThrownBy(() -> Kind.COMPOSE.read(
                        "source",
                        "services:\n  a: { command: a }\n  a: { command: b }\n",
                        Beside.NOTHING,
                        Kind.Choices.NONE))
                .hasMessageStartingWith("source:3:3: the key a");
    }

    @Test
    void oddValuesAreToldAndNoMore() {
        Imported all = Imported.of(Kind.COMPOSE, """
                services:
                  a:
                    command: a
                    user: "1000:"
                    env_file: "a\\0b"
                    oom_score_adj: 5000
                    build: { args: [PW=hidden-1] }
                    labels: { a: hidden-2 }
                    healthcheck: { test: t, interval: 100000000000h }
                """);
        assertThat(all.process("a").launch().user()).isEqualTo("1000");
        assertThat(all.comments())
                .contains("oom_score_adj: 5000: is not from -1000 to 1000")
                .contains("interval: 100000000000h: is no duration")
                .contains("env_file: ")
                .doesNotContain("hidden-");
    }

    @Test
    void sharedPartsThatMultiplyAreCut() {
        var text = new StringBuilder("x0: &x0 [a, a]\n");
        for (int i = 1; i < 40; i++) {
            text.append("x%1$d: &x%1$d [*x%2$d, *x%2$d]\n".formatted(i, i - 1));
        }
        Imported all = Imported.of(Kind.COMPOSE, text + "services: { a: { command: a, odd: *x39 } }\n");
        assertThat(all.comments()).contains("odd: [[[[");
    }
}
