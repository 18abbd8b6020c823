package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chronicle.Chronicle;
import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.intent.Intents;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.supervise.Stimulus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptionTest {
    private static final ReplicaId JOB = new ReplicaId("job", 0);
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path dir;

    private Intents intents = new Intents(Path.of("/nowhere"), "this-boot", w -> {});

    @BeforeEach
    void intents() {
        intents = new Intents(dir.resolve("intents"), "this-boot", w -> {});
    }

    @Test
    void theLastInstanceComesFirstAndIsTheOnlyOneThatIsTheReplica() throws Exception {
        List<Stimulus.Adopt> adopts = adopted(
                instance("older", 30, false, Purpose.MAIN.name()),
                instance("newer", 20, false, Purpose.MAIN.name()),
                instance("runs", 60, true, Purpose.MAIN.name()),
                instance("hook", 5, true, Purpose.POST_START.name()));
        assertThat(adopts).extracting(a -> a.instance().value()).containsExactly("hook", "runs", "newer", "older");
        assertThat(adopts).extracting(Stimulus.Adopt::main).containsExactly(false, true, false, false);
    }

    @Test
    void whatHasEndedAndIsCompletedIsOver() throws Exception {
        intents.note(new Event.Completed(NOW, JOB));
        assertThat(adopted(instance("done", 20, false, Purpose.MAIN.name())))
                .extracting(Stimulus.Adopt::main)
                .containsExactly(false);
        intents.begins(JOB);
        assertThat(adopted(instance("again", 20, false, Purpose.MAIN.name())))
                .extracting(Stimulus.Adopt::main)
                .containsExactly(true);
    }

    @Test
    void anEndThatWasJournalledIsKnown() throws Exception {
        var outcome = new Outcome.Exited(3);
        var known = instance("known", 20, false, Purpose.MAIN.name());
        try (var journal = new Journal(dir.resolve("journal.jsonl"))) {
            journal.add(new Event.Exited(NOW, JOB, known.id(), outcome, null, Duration.ofSeconds(1), "by itself"));
        }
        assertThat(adopted(known)).extracting(Stimulus.Adopt::ended).containsExactly(outcome);
        assertThat(adopted(instance("unseen", 20, false, Purpose.MAIN.name())))
                .extracting(Stimulus.Adopt::ended)
                .containsOnlyNulls();
    }

    @Test
    void nobodyAwaitsACheckOrARehearsalOfAnEarlierDaemon() throws Exception {
        assertThat(adopted(instance("check", 1, true, Launches.PROBE))).isEmpty();
        assertThat(adopted(instance("rehearsal", 1, true, Rehearsal.PURPOSE))).isEmpty();
    }

    private List<Stimulus.Adopt> adopted(KernelLauncher.Adopted... all) throws Exception {
        try (var chronicle = new Chronicle(new Journal(dir.resolve("journal.jsonl")), w -> {})) {
            return new Adoption(new TreeMap<>(), intents, chronicle, NOW)
                    .of(List.of(all)).stream()
                            .flatMap(f -> f.stimulus().stream())
                            .map(Stimulus.Adopt.class::cast)
                            .toList();
        }
    }

    private static KernelLauncher.Adopted instance(String id, int secondsAgo, boolean alive, String purpose) {
        var attributes = Map.of(
                Launches.PURPOSE,
                purpose,
                Launches.PROCESS,
                JOB.process(),
                Launches.INDEX,
                Integer.toString(JOB.index()));
        return new KernelLauncher.Adopted(
                new InstanceId(id), id, attributes, new ProcessRef(9, 9), NOW.minusSeconds(secondsAgo), alive);
    }
}
