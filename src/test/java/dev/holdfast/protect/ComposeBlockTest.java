package dev.holdfast.protect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeBlockTest {
    @TempDir
    private Path dir;

    private static final Limits LIMITS = new Limits(
            ByteSize.parse("512Mi"),
            null,
            ByteSize.parse("1G"),
            CpuAmount.parse("0.5"),
            200,
            null,
            ByteSize.parse("64Mi"),
            100,
            List.of(new DeviceLimit("/dev/sda", 1_000_000)),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            -5,
            null);

    @Test
    void printsAllLimitsOfAServiceThatHasNone() throws IOException {
        ComposeBlock block = block("services:\n  web: {image: nginx}\n", "web");
        assertThat(block.diff()).isEmpty();
        assertThat(block.yaml()).isEqualTo("""
                services:
                  web:
                    deploy:
                      resources:
                        limits:
                          cpus: "0.5"
                          memory: 512m
                          pids: 100
                        reservations:
                          memory: 64m
                    memswap_limit: 1000000000b
                    cpu_shares: 2048
                    oom_score_adj: -5
                    blkio_config:
                      device_read_bps:
                        - path: /dev/sda
                          rate: 1000000
                """);
    }

    @Test
    void keepsWhatTheServiceHasAndShowsWhatChanges() throws IOException {
        String yaml = """
                x-common: &common
                  memswap_limit: 1000000000
                services:
                  web:
                    <<: *common
                    image: nginx
                    deploy:
                      replicas: 2
                      resources:
                        limits: {memory: 0.5G, cpus: '2'}
                        reservations:
                          devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]
                """;
        ComposeBlock block = block(yaml, "web");
        assertThat(block.diff()).contains("-          cpus: 2", "+          cpus: \"0.5\"", "+          pids: 100");
        assertThat(block.diff())
                .noneMatch(l -> l.matches("[-+] *(memory: 0|memswap).*")); // the same, written otherwise
        assertThat(block.yaml()).contains("memory: \"0.5G\"", "driver: nvidia", "            - driver: nvidia\n");
        assertThat(block.yaml()).doesNotContain("replicas");
    }

    @Test
    void saysWhatComposeWouldRefuseBesideIt() throws IOException {
        ComposeBlock block = block("services:\n  web:\n    mem_limit: 1g\n    extends: {service: x}\n", "web");
        assertThat(block.notes())
                .anySatisfy(n -> assertThat(n).contains(":3:16: ", "take mem_limit away"))
                .anySatisfy(n -> assertThat(n).contains("extends another"));
    }

    @Test
    void tellsMistakesAtTheirPlaces() throws IOException {
        assertThat(of("services:\n  web: {deploy: [a]}\n", "web"))
                .asString()
                .contains("compose.yaml:2:17: deploy is a mapping");
        assertThat(of("version: 3\n", "web")).asString().contains("services is expected");
        assertThat(of("services: {a: ]\n", "web")).asString().contains("this is not YAML");
        assertThat(of("", "web")).asString().contains("the file is empty");
        assertThat(of("services: {api: {}, web: {}}\n", "wbe"))
                .asString()
                .contains("no service wbe", "did you mean web?", "it has api, web");
        assertThat(ComposeBlock.of(dir.resolve("none.yaml"), "a", LIMITS))
                .asString()
                .contains("does not exist");
    }

    @Test
    void readsSizesAsDockerDoes() {
        assertThat(DockerSize.parse("1G")).isEqualTo(1L << 30);
        assertThat(DockerSize.parse("50mb")).isEqualTo(50L << 20);
        assertThat(DockerSize.parse("12b")).isEqualTo(12);
        assertThat(DockerSize.parse("${MEM:-1g}")).isEqualTo(-1);
        assertThat(DockerSize.of(ByteSize.parse("1G"))).isEqualTo("1000000000b");
        assertThat(DockerSize.of(ByteSize.parse("1Gi"))).isEqualTo("1g");
    }

    private ComposeBlock.Result of(String yaml, String service) throws IOException {
        return ComposeBlock.of(Files.writeString(dir.resolve("compose.yaml"), yaml), service, LIMITS);
    }

    private ComposeBlock block(String yaml, String service) throws IOException {
        if (of(yaml, service) instanceof ComposeBlock.Result.Block(ComposeBlock block)) {
            return block;
        }
        throw new AssertionError(of(yaml, service));
    }
}
