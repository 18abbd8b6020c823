package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Suspect;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SweepsTest {
    private final List<Recovery.Done> told = new ArrayList<>();
    private final Sweeps sweeps = new Sweeps(Runnable::run);

    private static Finding spared(int pid) {
        var who = new Suspect(new ProcessRef(pid, 1), 1, 'S', "sh", "root", "", "", 0, 0, 0);
        return new Finding(
                Instant.EPOCH, Finding.Kind.SPARED, "orphans", who, "why", "left alone", List.of(), false, List.of());
    }

    @Test
    void thoseAtTheSameTimeCountEachFromItsOwnBeginOn() {
        Sweeps.Sweep first = sweeps.ask("orphans", told::add);
        Sweeps.Sweep second = sweeps.ask("orphans", told::add);
        first.begin();
        sweeps.add(spared(1));
        second.begin();
        sweeps.add(spared(2));
        first.done(null);
        sweeps.add(spared(3));
        second.done(null);
        assertThat(told)
                .extracting(Recovery.Done::words)
                .containsExactly("orphans: 2 left alone", "orphans: 2 left alone");
        told.clear();
        Sweeps.Sweep blind = sweeps.ask("orphans", told::add);
        blind.begin();
        blind.done("no descriptor left");
        assertThat(told)
                .containsExactly(new Recovery.Done(false, "nothing could be looked at: no descriptor left", List.of()));
    }

    @Test
    void eachIsAnsweredOnceWhateverBecomesOfTheGuard() {
        Sweeps.Sweep done = sweeps.ask("orphans", told::add);
        done.begin();
        done.done(null);
        done.done(null);
        assertThat(told).containsExactly(new Recovery.Done(true, "orphans: nothing to do", List.of()));
        told.clear();
        sweeps.ask("orphans", told::add).begin();
        sweeps.ask("zombies", told::add); // its order never came to be done
        sweeps.end();
        sweeps.end();
        assertThat(told)
                .containsExactly(
                        new Recovery.Done(false, "the guard ended meanwhile", List.of()),
                        new Recovery.Done(false, "the guard ended meanwhile", List.of()));
    }

    @Test
    @SuppressWarnings("NullAway") // no step here runs a command
    void anAnswerThatNeverComesIsNotWaitedForForever() {
        var asked = new ArrayList<Consumer<Recovery.Done>>();
        var recovery = new Recovery(
                null, () -> null, (_, answer) -> asked.add(answer), Set::of, _ -> {}, (_, then) -> then.run());
        var step = new RecoverSpec(
                new RecoverSpec.When(null, null, Duration.ZERO),
                RecoverSpec.Step.RUN_CLEANUP,
                List.of("orphans", "zombies"),
                List.of(),
                new CommandSpec(List.of()),
                new Rate(3, Duration.ofHours(1)),
                Duration.ofMinutes(1),
                Duration.ofSeconds(5));
        recovery.act("probe.web", step, told::add);
        asked.getFirst().accept(new Recovery.Done(true, "orphans: 1 ended", List.of()));
        assertThat(told).isEmpty();
        MonoTime deadline = recovery.deadline();
        recovery.tick(deadline.plus(Duration.ofSeconds(-1)));
        assertThat(told).isEmpty();
        recovery.tick(deadline);
        asked.getLast().accept(new Recovery.Done(true, "late", List.of()));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().good()).isFalse();
        assertThat(told.getFirst().words()).contains("orphans: orphans: 1 ended", "zombies: it takes long");
        assertThat(recovery.deadline()).isEqualTo(MonoTime.NEVER);
    }
}
