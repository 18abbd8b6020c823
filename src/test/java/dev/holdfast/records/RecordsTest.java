package dev.holdfast.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Follow;
import dev.holdfast.api.RecordsPort.Change;
import dev.holdfast.chronicle.Chronicle;
import dev.holdfast.event.Event;
import dev.holdfast.event.Journal;
import dev.holdfast.event.ReplicaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecordsTest {
    @TempDir
    private Path state;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private Chronicle chronicle;
    private Records records;

    @BeforeEach
    void open() {
        chronicle = new Chronicle(new Journal(state.resolve("journal.jsonl")), warnings::add);
        records = new Records(state, chronicle.written(), new LogDesk(_ -> new TreeMap<>()), warnings::add);
    }

    @AfterEach
    void close() throws IOException {
        records.close();
        chronicle.close();
    }

    private static Event ready(int i) {
        return new Event.Ready(Instant.EPOCH, new ReplicaId("web", i));
    }

    private static List<Follow.Item> follow(Follow follow, int many) throws IOException, InterruptedException {
        var items = new ArrayList<Follow.Item>();
        while (items.size() < many) {
            items.addAll(follow.next(Duration.ofSeconds(30)));
        }
        return items;
    }

    @Test
    void followsTheJournalAndResumesBehindAnEvent() throws Exception {
        chronicle.write(ready(0));
        try (Follow early = records.followEvents("0-0-0", null)) {
            assertThat(follow(early, 1).getFirst().json()).contains("\"event\":\"Ready\"", "web/0");
        }
        try (Follow follow = records.followEvents(null, null);
                var writer = Executors.newSingleThreadExecutor()) {
            assertThat(follow.next(Duration.ofMillis(1))).isEmpty();
            var written = writer.submit(() -> {
                for (int i = 1; i <= 200; i++) {
                    chronicle.write(ready(i));
                }
            });
            List<Follow.Item> items = follow(follow, 200);
            written.get();
            for (int i = 0; i < 200; i++) {
                assertThat(items.get(i).event()).isEqualTo("journal");
                assertThat(items.get(i).json())
                        .startsWith("{\"id\":\"" + items.get(i).id() + "\",\"event\":\"Ready\"")
                        .contains("\"web/" + (i + 1) + "\"");
            }
            try (Follow again = records.followEvents(items.get(149).id(), null)) {
                assertThat(follow(again, 50).getFirst().json()).contains("\"web/151\"");
            }
        }
    }

    @Test
    void whoComesBackTooLateIsTold() throws Exception {
        chronicle.write(ready(0));
        try (Follow follow = records.followEvents("abc-10-1", null)) {
            List<Follow.Item> items = follow(follow, 2);
            assertThat(items.getFirst()).isEqualTo(new Follow.Item("0-0-0", "missed", "{\"after\":\"abc-10-1\"}"));
            assertThat(items.get(1).json()).contains("web/0");
        }
        assertThat(records.events(10, "abc-10-1", null).missed()).isTrue();
        assertThatThrownBy(() -> records.events(10, "nonsense", null)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> records.followEvents("nonsense", null)).isInstanceOf(Refused.class);
    }

    @Test
    void tellsOfOneReplicaAlone() throws Exception {
        chronicle.write(ready(7));
        for (int i = 0; i < 1000; i++) {
            chronicle.write(ready(i % 7)); // more than is read at once
        }
        chronicle.write(new Event.StartFailed(Instant.EPOCH, new ReplicaId("web", 1), "no \"replica\":\"web/7\" here"));
        try (Follow all = records.followEvents("0-0-0", null)) {
            follow(all, 1002); // they are written meanwhile
        }
        assertThat(records.events(10, null, "web/7").json())
                .singleElement()
                .asString()
                .contains("\"web/7\"");
        assertThat(records.events(200, null, "web/3").json()).hasSize(143);
        assertThat(records.events(5, "0-0-0", "web/3").json())
                .hasSize(5)
                .allMatch(l -> l.contains("\"replica\":\"web/3\""));
        assertThat(records.events(10, null, "web/8").json()).isEmpty();
        try (Follow follow = records.followEvents("0-0-0", "web/7")) {
            assertThat(follow(follow, 1)).hasSize(1);
            chronicle.write(ready(6));
            chronicle.write(ready(7));
            assertThat(follow(follow, 1).getFirst().json()).contains("\"web/7\"");
        }
        assertThatThrownBy(() -> records.events(10, null, "web"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("web/0");
        assertThatThrownBy(() -> records.followEvents(null, "web")).isInstanceOf(Refused.class);
    }

    @Test
    void changesAreWrittenDownWithWhoAndWhatCameOfThem() throws Exception {
        records.audited(new Change("ann", "socket", "POST reload", "", 200, "done", ""));
        records.audited(new Change("ci", "10.0.0.1", "POST processes/stop", "{\"names\":[]}", 403, "refused", "no"));
        List<String> lines = records.audit(10, null).json();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst())
                .contains("\"who\":\"ann\"", "\"what\":\"POST reload\"", "\"status\":200", "\"result\":\"done\"")
                .doesNotContain("\"body\"", "\"detail\"");
        assertThat(lines.get(1))
                .contains("\"from\":\"10.0.0.1\"", "\"body\":\"{\\\"names\\\":[]}\"", "\"detail\":\"no\"");
        assertThat(Files.readAllLines(state.resolve("audit.jsonl"))).hasSize(2);
    }

    @Test
    void refusalsOfOneCallerPushNothingOutOfTheTrail() throws Exception {
        for (int i = 0; i < 1000; i++) {
            records.audited(new Change("ci", "10.0.0.1", "POST reload", "", 403, "refused", "no"));
        }
        records.audited(new Change("ann", "socket", "POST reload", "", 403, "refused", "no"));
        // a minute may begin anew meanwhile
        assertThat(records.audit(1000, null).json()).hasSizeBetween(1 + Refusals.MOST, 500);
    }

    @Test
    void thoseThatAreLeftOutAreCounted() {
        var refusals = new Refusals();
        for (int i = 0; i < Refusals.MOST; i++) {
            assertThat(refusals.another("ci", Instant.EPOCH)).isZero();
        }
        for (int i = 0; i < 5; i++) {
            assertThat(refusals.another("ci", Instant.EPOCH.plusSeconds(59))).isEqualTo(-1);
        }
        assertThat(refusals.another("ann", Instant.EPOCH.plusSeconds(59))).isZero();
        assertThat(refusals.another("ci", Instant.EPOCH.plusSeconds(60))).isEqualTo(5);
        assertThat(refusals.another("ci", Instant.EPOCH.plusSeconds(61))).isZero();
    }

    @Test
    void aTrailThatCannotBeWrittenIsSaidOnce() throws Exception {
        Files.createDirectory(state.resolve("audit.jsonl"));
        for (int i = 0; i < 3; i++) {
            records.audited(new Change("ann", "socket", "POST reload", "", 200, "done", ""));
        }
        assertThat(warnings).singleElement().asString().contains("audit trail");
    }
}
