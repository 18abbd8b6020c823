package dev.holdfast.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.report.Facts;
import dev.holdfast.report.Facts.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report tells of a journal. */
class PastTest {
    private static final Instant AT = Instant.parse("2026-08-03T06:00:00Z");

    @TempDir
    private Path state;

    private final List<String> notes = new ArrayList<>();

    private static Event end(Instant at, Kill.@Nullable By by) {
        return new Event.Exited(
                at,
                new ReplicaId("a", 0),
                new InstanceId("00112233445566778899aabbccddeeff"),
                new Outcome.Signalled(9, false),
                new Usage(Duration.ofSeconds(1), 4096L, by == null ? null : new Kill(by, 1, 64L << 20)),
                Duration.ofMinutes(5),
                "it was");
    }

    private static Map<String, Object> found(String kind, int pid, String process, String deed) {
        return Map.of("at", AT.toString(), "kind", kind, "rule", "old", "pid", pid, "process", process, "deed", deed);
    }

    private Past past(Event... events) throws IOException {
        try (var journal = new Journal(state.resolve("journal.jsonl"))) {
            for (Event e : events) {
                journal.add(e);
            }
        }
        return Past.read(state, AT.minusSeconds(3600), ReplicaId::process, notes);
    }

    @Test
    void aKillByTheGuardExplainsOneEndOnly() throws IOException {
        try (var guard = new Journal(state.resolve("guard.jsonl"))) {
            guard.append(Map.of("at", AT.toString(), "kind", "fired", "deed", "kill with TERM", "process", "a/0"));
        }
        Past p = past(end(AT.plusSeconds(5), null), end(AT.plusSeconds(20), null));
        assertThat(p.happenings()).extracting(Facts.Happening::reason).containsExactly(Reason.GUARD, Reason.CRASH);
        assertThat(p.happenings().getLast().at()).isEqualTo(AT.plusSeconds(20));
    }

    @Test
    void whoEndedBeforeTheGuardSignalledAnybodyWasNotKilledByIt() throws IOException {
        try (var guard = new Journal(state.resolve("guard.jsonl"))) {
            guard.append(found("fired", 7, "a/0", "kill with TERM"));
            guard.append(found("cleared", 7, "a/0", "it ended before it was signalled"));
            guard.append(found("fired", 8, "a/1", "kill with TERM"));
        }
        Past p = past(end(AT.plusSeconds(5), null));
        assertThat(p.happenings())
                .extracting(Facts.Happening::reason)
                .containsExactlyInAnyOrder(Reason.GUARD, Reason.CRASH);
    }

    @Test
    void whomNobodyCouldSignalWasNotKilledUnlessItWentLater() throws IOException {
        try (var guard = new Journal(state.resolve("guard.jsonl"))) {
            guard.append(found("fired", 7, "a/0", "kill with TERM"));
            guard.append(found("refused", 7, "a/0", "it is no longer what the rule is about; nothing was done"));
            guard.append(found("fired", 8, "b/0", "kill with TERM"));
            guard.append(found("refused", 8, "b/0", "operation not permitted; it is tried again at each look"));
            guard.append(found("ended", 8, "b/0", "ended 3s after TERM"));
            guard.append(found("fired", 9, "c/0", "kill with TERM"));
            guard.append(found("escalated", 9, "c/0", "KILL"));
            guard.append(found("refused", 9, "c/0", "one of its tree: operation not permitted"));
        }
        Past p = past(end(AT.plusSeconds(5), null));
        assertThat(p.happenings())
                .filteredOn(h -> h.reason() == Reason.GUARD)
                .extracting(Facts.Happening::name)
                .containsExactly("b", "c");
        assertThat(p.happenings()).extracting(Facts.Happening::reason).contains(Reason.CRASH);
    }

    @Test
    void whatTheJournalDoesNotReachBackToIsSaid() throws IOException {
        past(end(AT, null));
        assertThat(notes)
                .containsExactly("restarts and kills before " + AT + " are not known: the journal begins there");
        notes.clear();
        Files.delete(state.resolve("journal.jsonl"));
        past(end(AT.minusSeconds(7200), null), end(AT, null));
        assertThat(notes).isEmpty();
    }

    @Test
    void ofTooMuchTheLatestCount() throws IOException {
        var all = new Event[20_010];
        for (int i = 0; i < all.length; i++) {
            all[i] = end(AT.plusMillis(i), null);
        }
        Past p = past(all);
        assertThat(p.happenings()).hasSize(20_000);
        assertThat(p.happenings().getLast().at()).isEqualTo(AT.plusMillis(20_009));
        assertThat(notes).contains("of what happened the first 10 are not counted: there is too much of it");
    }

    @Test
    void aJournalThatCannotBeReadIsSaid() throws IOException {
        Files.createDirectory(state.resolve("journal.jsonl"));
        assertThat(Past.read(state, AT, ReplicaId::process, notes).happenings()).isEmpty();
        assertThat(notes).singleElement().asString().startsWith("not all that happened can be read: ");
    }

    @Test
    void onlyItsOwnMemoryLimitIsItsOwn() throws IOException {
        List<Facts.Happening> all = new ArrayList<>();
        for (Kill.By by : Kill.By.values()) {
            all.addAll(past(end(AT, by)).happenings());
            try (var journal = new Journal(state.resolve("journal.jsonl"))) {
                journal.clear();
            }
        }
        assertThat(all)
                .extracting(Facts.Happening::reason)
                .containsExactly(Reason.OOM, Reason.OOM, Reason.OOM, Reason.LIMIT, Reason.LIMIT, Reason.KILLED);
        assertThat(all)
                .extracting(Facts.Happening::ownMemoryLimit)
                .as("OWN_LIMIT, INNER_LIMIT, HOST, WATCHED_MEMORY, WATCHED_PIDS, HOLDFAST")
                .containsExactly(true, false, false, true, false, false);
    }
}
