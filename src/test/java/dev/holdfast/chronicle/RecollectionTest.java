package dev.holdfast.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecollectionTest {
    @TempDir
    private Path dir;

    @Test
    void findsInTheJournalWhoKilledIt() throws IOException {
        var killed = end(new Kill(Kill.By.OWN_LIMIT, 3, 64L << 20));
        var unlimited = end(new Kill(Kill.By.HOST, 1, null));
        var byNobody = end(null);
        assertThat(recalled(killed, unlimited, byNobody)).containsExactly(killed, unlimited, byNobody);
    }

    @Test
    void readsTheKillerOfALaterVersionAsUnknown() throws IOException {
        Path file = dir.resolve("journal");
        write(file, end(new Kill(Kill.By.HOST, 1, null)));
        Files.writeString(file, Files.readString(file).replace("HOST", "SOMEBODY"));
        assertThat(read(file)).containsExactly(end(null));
    }

    private List<Event> recalled(Event... events) throws IOException {
        Path file = dir.resolve("journal");
        write(file, events);
        return read(file);
    }

    private static void write(Path file, Event... events) throws IOException {
        try (var journal = new Journal(file)) {
            for (Event e : events) {
                journal.add(e);
            }
        }
    }

    private static List<Event> read(Path file) throws IOException {
        var read = new ArrayList<Event>();
        try (var journal = new Journal(file)) {
            journal.read(line -> Recollection.of(line).ifPresent(read::add));
        }
        return read;
    }

    private static Event end(@Nullable Kill kill) {
        return new Event.Exited(
                Instant.EPOCH,
                new ReplicaId("a", 0),
                new InstanceId("00112233445566778899aabbccddeeff"),
                new Outcome.Signalled(9, false),
                new Usage(Duration.ofMillis(1500), 4096L, kill),
                Duration.ofMillis(250),
                "it was");
    }
}
