package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ScaleSpec.By;
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

/** A scale as people write it, and what is refused. */
class ScaleConfigTest {
    private static final String AROUND = """
            version: 1
            queues: { media: { pull: { lease: 1m } } }
            probes:
              backlog: { exec: { command: [backlog] } }
              list: { redis: { address: "127.0.0.1:6379", length_of: jobs } }
              web: { http: { url: "http://127.0.0.1/" } }
              stamp: { file: { path: /tmp/x } }
            """;

    @TempDir
    Path dir;

    private Loaded load(String rest) throws IOException {
        return new ConfigLoader(Map.of(), false).load(Files.writeString(dir.resolve("holdfast.yaml"), AROUND + rest));
    }

    private ScaleSpec sound(String scale) throws IOException {
        Loaded loaded = load("processes: { w: { command: [w], scale: " + scale + " } }\n");
        assertThat(loaded).as("%s", loaded).isInstanceOf(Loaded.Sound.class);
        ProcessSpec w = Objects.requireNonNull(
                ((Loaded.Sound) loaded).config().processes().get("w"));
        ScaleSpec spec = Objects.requireNonNull(w.scale());
        assertThat(w.replicas()).isEqualTo(spec.min());
        return spec;
    }

    private List<Problem> problems(String rest) throws IOException {
        return load(rest) instanceof Loaded.Unsound unsound ? unsound.problems() : List.of();
    }

    @Test
    void everyDefaultIsFilledIn() throws IOException {
        ScaleSpec s = sound("{ max: 8, by: { queue: media, per_replica: 5 } }");
        assertThat(s.min()).isOne();
        assertThat(s.by()).isEqualTo(new By.Queue("media", 5));
        assertThat(s.tolerance()).hasToString("10%");
        assertThat(s.upCooldown()).isEqualTo(Duration.ofSeconds(15));
        assertThat(s.downCooldown()).isEqualTo(Duration.ofMinutes(5));
        assertThat(s.step()).isNull();
        assertThat(s.memoryReserve()).hasToString("10%");
    }

    @Test
    void itFollowsAQueueProcessorsOrAProbe() throws IOException {
        assertThat(sound("{ min: 0, max: 8, by: { probe: backlog, per_replica: 2.5 } }")
                        .by())
                .isEqualTo(new By.Shared("backlog", 2.5));
        assertThat(sound("{ min: 0, max: 8, by: { probe: list, per_replica: 100 } }")
                        .by())
                .hasToString("Shared[name=list, perReplica=100.0]");
        assertThat(sound("{ max: 8, by: { probe: backlog, target: 20 } }").by()).isEqualTo(new By.Level("backlog", 20));
        assertThat(sound("{ max: 8, by: { probe: web, latency: 300ms } }").by().words())
                .isEqualTo("latency of probe web at 300ms");
        assertThat(sound("{ max: 8, by: { cpu: 70% } }").by().words()).isEqualTo("cpu 70%");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ max: 8 } | the key by is missing",
                "{ by: { cpu: 70% } } | the key max is missing",
                "{ min: 9, max: 8, by: { cpu: 70% } } | \"9\": min is at most max, 8",
                "{ max: 0, by: { cpu: 70% } } | \"0\": max is 1 to 1000",
                "{ max: 1001, by: { cpu: 70% } } | \"1001\": max is 1 to 1000",
                "{ max: 8, by: { cpu: 0% } } | \"0%\": cpu is more than 0%",
                "{ min: 0, max: 8, by: { cpu: 70% } } | \"0\": min is at least 1 here",
                "{ min: 0, max: 8, by: { probe: web, latency: 1s } } | \"0\": min is at least 1 here",
                "{ max: 8, by: { cpu: 70%, queue: media, per_replica: 5 } } | by is exactly one of queue, cpu and probe",
                "{ max: 8, by: { cpu: 70%, target: 5 } } | by cpu needs nothing beside it",
                "{ max: 8, by: { queue: media } } | by queue needs per_replica",
                "{ max: 8, by: { queue: media, per_replica: 0 } } | \"0\": per_replica is more than 0",
                "{ max: 8, by: { queue: medai, per_replica: 5 } } | \"medai\" is no queue of this file, did you mean media?",
                "{ max: 8, by: { probe: webb, latency: 1s } } | \"webb\" is no probe of this file, did you mean web?",
                "{ max: 8, by: { probe: web } } | by probe needs exactly one of per_replica",
                "{ max: 8, by: { probe: web, target: 5 } } | probe \"web\" measures no number",
                "{ max: 8, by: { probe: stamp, latency: 5s } } | probe \"stamp\" looks at a file",
                "{ max: 8, by: { probe: web, latency: 0 } } | \"0\": latency is more than 0",
                "{ max: 8, by: { cpu: 70% }, tolerance: 100% } | \"100%\": tolerance is less than 100%",
                "{ max: 8, by: { cpu: 70% }, up_cooldown: 0s } | \"0s\": up_cooldown is 1s to 1d",
                "{ max: 8, by: { cpu: 70% }, down_cooldown: 5s } | \"5s\": down_cooldown is at least up_cooldown, 15s",
                "{ max: 8, by: { cpu: 70% }, step: 0 } | \"0\": step is 1 to 1000",
                "{ max: 8, by: { cpu: 70% }, cooldown: 1m } | unknown key \"cooldown\""
            })
    void whatCannotBeIsRefusedInWords(String scale, String problem) throws IOException {
        assertThat(problems("processes: { w: { command: [w], scale: " + scale + " } }\n"))
                .extracting(Problem::message)
                .anySatisfy(m -> assertThat(m).contains(problem));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: 2 | replicas and scale exclude each other",
                "type: oneshot | scale is for a longrun",
                "manual: true | scale and manual exclude each other",
                "restart: on-failure | with scale the policy is always",
                "port_base: 65530 | port_base and scale.max together pass port 65535"
            })
    void whatContradictsAScaleIsRefused(String key, String problem) throws IOException {
        assertThat(problems("""
                processes:
                  w:
                    command: [w]
                    scale: { max: 8, by: { queue: media, per_replica: 5 } }
                    %s
                """.formatted(key))).singleElement().satisfies(p -> {
            assertThat(p.message()).contains(problem);
            assertThat(p.line()).isBetween(10, 12);
        });
    }

    @Test
    void whatNoReplicaCanUseIsNoTarget() throws IOException {
        String w =
                "processes: { w: { command: [w], resources: { limits: { %s } }, scale: { max: 8, by: { cpu: %s } } } }\n";
        assertThat(problems(w.formatted("cpu: 2", "95%")))
                .extracting(Problem::message)
                .containsExactly(
                        "cpu 95% with a tolerance of 10% is never passed: more than its limits.cpu no replica can use");
        assertThat(problems(w.formatted("cpu: 2", "90%"))).isEmpty();
        assertThat(problems(w.formatted("memory: 1Gi", "250%")))
                .as("of several processors")
                .isEmpty();
    }

    @Test
    void whereThereMayBeNoneNothingWaitsForItAndItsEndEndsNothing() throws IOException {
        assertThat(problems("""
                global: { exit: { when: all-stopped } }
                processes:
                  w: { command: [w], scale: { min: 0, max: 8, by: { queue: media, per_replica: 5 } } }
                  x: { command: [x], depends_on: [w] }
                """))
                .extracting(Problem::message)
                .containsExactlyInAnyOrder(
                        "\"0\": min is at least 1 here: with none of it global.exit would end the daemon",
                        "\"x\" depends on \"w\", of which there may be none: its scale.min is 0");
    }

    @Test
    void itIsShownAsItIsWrittenAndAChangeByItsKeys() throws IOException {
        Loaded loaded =
                load("processes: { w: { command: [w], scale: { max: 8, by: { queue: media, per_replica: 5 } } } }");
        ProcessSpec before = Objects.requireNonNull(
                ((Loaded.Sound) loaded).config().processes().get("w"));
        assertThat(Written.yaml(before)).contains("scale:\n", "queue: media").doesNotContain("\n    replicas:");
        loaded = load("processes: { w: { command: [w], scale: { max: 9, by: { queue: media, per_replica: 6 } } } }");
        ProcessSpec after = Objects.requireNonNull(
                ((Loaded.Sound) loaded).config().processes().get("w"));
        assertThat(Plan.between(
                                new java.util.TreeMap<>(Map.of("w", before)),
                                new java.util.TreeMap<>(Map.of("w", after)))
                        .steps())
                .singleElement()
                .satisfies(step -> {
                    assertThat(step.verb()).isEqualTo(Plan.Verb.UPDATE);
                    assertThat(step.changes()).containsExactly("scale.max: 8 → 9", "scale.by.per_replica: 5.0 → 6.0");
                });
    }
}
