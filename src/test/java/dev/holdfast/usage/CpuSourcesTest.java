package dev.holdfast.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.process.GroupUsage;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuSourcesTest {
    private static final InstanceId WEB = new InstanceId("w1");
    private static final GroupUsage GROUP = new GroupUsage(Duration.ofSeconds(90), 1L, 1L, 1L);

    private final CpuSources sources = new CpuSources();
    private final ProcessCensus.Tree tree = new ProcessCensus.Tree();

    CpuSourcesTest() {
        tree.cpuSeconds = 7;
    }

    @Test
    void aGroupThatCannotBeReadForOnceIsNotReplacedByTheTree() {
        assertThat(sources.seconds(WEB, true, GROUP, tree)).isEqualTo(90);
        assertThat(sources.seconds(WEB, false, null, tree)).isNaN();
        assertThat(sources.seconds(WEB, true, GROUP, tree)).isEqualTo(90);
    }

    @Test
    void aGroupThatCouldNotBeReadFromTheBeginIsUnknownAndNotTheTree() {
        assertThat(sources.seconds(WEB, true, null, tree)).isNaN();
    }

    @Test
    void whatHasNoGroupIsToldByItsTree() {
        assertThat(sources.seconds(WEB, false, null, tree)).isEqualTo(7);
        assertThat(sources.seconds(WEB, false, null, null)).isNaN();
    }

    @Test
    void whatIsGoneIsForgotten() {
        sources.seconds(WEB, true, GROUP, tree);
        sources.retain(Set.of());
        assertThat(sources.seconds(WEB, false, null, tree)).isEqualTo(7);
    }
}
