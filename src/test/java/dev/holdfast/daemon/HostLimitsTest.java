package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.LaunchSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLimitsTest {
    @TempDir
    private Path dir;

    @Test
    void whatNeedsACapabilityThatRootLacksIsToldWithWhatIsAllowed() throws Exception {
        var lacking = new HostLimits(status("000001fffeffffff"));
        assertThat(lacking.beyond(wanting(-1000)))
                .containsOnlyKeys("rlimits.nofile", "oom_score_adj")
                .allSatisfy((key, why) -> assertThat(why).contains("the daemon's own", "CAP_SYS_RESOURCE"));
        var able = new HostLimits(status("000001ffffffffff"));
        assertThat(able.beyond(wanting(-1000))).isEmpty();
    }

    private Path status(String effective) throws Exception {
        return Files.writeString(dir.resolve("status"), "Name:\tjava\nCapEff:\t" + effective + "\n");
    }

    private static LaunchSpec wanting(int oomScoreAdj) {
        return new LaunchSpec(
                new CommandSpec(List.of("true")),
                null,
                null,
                null,
                022,
                new TreeMap<>(),
                false,
                List.of(),
                null,
                null,
                0,
                new TreeMap<>(Map.of("nofile", new LaunchSpec.RlimitSpec(-1, -1))),
                List.of(),
                oomScoreAdj,
                null);
    }
}
