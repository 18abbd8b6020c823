package dev.holdfast.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ReplicaId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleTest {
    private static final ReplicaId WORKER = new ReplicaId("worker", 0);

    @TempDir
    private Path state;

    @Test
    void whatANumberDoesDoesNotDriveOutWhatBefellTheReplica() throws IOException {
        try (var chronicle = new Chronicle(new Journal(state.resolve("journal.jsonl")), _ -> {})) {
            var gaveUp = new Event.GivenUp(Instant.EPOCH, WORKER, "restart limit");
            chronicle.remember(gaveUp);
            for (int i = 0; i < 100; i++) {
                chronicle.remember(new Event.Scaled(Instant.EPOCH, WORKER, i, i + 1, "load"));
            }
            assertThat(chronicle.history(WORKER, 5))
                    .hasSize(6)
                    .startsWith(gaveUp)
                    .endsWith(new Event.Scaled(Instant.EPOCH, WORKER, 99, 100, "load"));
            assertThat(chronicle.history(WORKER, 1000)).hasSize(21);
            for (int i = 0; i < 100; i++) {
                chronicle.remember(new Event.GivenUp(Instant.EPOCH, WORKER, "limit " + i));
            }
            assertThat(chronicle.history(WORKER, 1000))
                    .hasSize(40)
                    .doesNotContain(gaveUp)
                    .endsWith(new Event.GivenUp(Instant.EPOCH, WORKER, "limit 99"));
        }
    }
}
