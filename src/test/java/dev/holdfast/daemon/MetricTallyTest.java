package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.metric.Totals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricTallyTest {
    @TempDir
    private Path dir;

    @Test
    void aReplicaThatComesAgainHasNoBreakerOfBefore() {
        var stays = new ReplicaId("web", 0);
        var leaves = new ReplicaId("web", 1);
        var tally = new MetricTally(new Totals(dir.resolve("totals"), Instant.EPOCH, _ -> {}));
        tally.happened(new Event.Breaker(Instant.EPOCH, stays, "open"));
        tally.happened(new Event.Breaker(Instant.EPOCH, leaves, "open"));
        assertThat(tally.breaker(leaves)).isEqualTo(2);
        tally.forgetBreakersBut(Set.of(stays));
        assertThat(tally.breaker(stays)).isEqualTo(2);
        assertThat(tally.breaker(leaves)).isZero();
    }
}
