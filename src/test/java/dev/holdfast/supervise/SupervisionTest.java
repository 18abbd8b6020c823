package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.HooksSpec;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SupervisionTest {
    private long millis;
    private long nextId;

    @Test
    void endsWithTheCodeOfTheOneshotThatFailed() {
        Supervision s = begun(new ExitPolicy.AllStopped(), oneshot("migrate"));
        start(s, 0);
        assertThat(end(s, 0, new Outcome.Exited(9))).contains(new Action.Finish(9));
    }

    @Test
    void endsWithTheDecidersCodeAfterStoppingTheOthers() {
        Supervision s = begun(new ExitPolicy.With("a"), oneshot("a"), longrun("b", RestartSpec.Policy.ALWAYS, null));
        start(s, 0);
        start(s, 1);
        List<Action> afterDecision = end(s, 0, new Outcome.Exited(3));
        assertThat(afterDecision)
                .contains(new Action.SendSignal(id(1), Signal.TERM))
                .noneMatch(Action.Finish.class::isInstance);
        assertThat(end(s, 1, new Outcome.Signalled(15, false))).contains(new Action.Finish(3));
    }

    @Test
    void doublesTheDelayOfEachFailureInARowAndGivesUpAtTheLimit() {
        Supervision s = begun(new ExitPolicy.Never(), longrun("a", RestartSpec.Policy.ALWAYS, 3));
        for (int failure = 0; failure < 3; failure++) {
            start(s, failure);
            end(s, failure, new Outcome.Exited(1));
            long delay = (s.nextDeadline().nanos() - now().mono().nanos()) / 1_000_000;
            assertThat(delay).isEqualTo(1000L << failure);
            millis += delay;
            s.apply(new Stimulus.Tick(), now());
        }
        start(s, 3);
        end(s, 3, new Outcome.Exited(1));
        assertThat(s.views().getFirst().state()).isEqualTo("failed");
        assertThat(s.views().getFirst().detail()).contains("restart limit: 3");
    }

    @Test
    void killsWhatIgnoresItsStopSignalAfterTheGrace() {
        Supervision s = begun(new ExitPolicy.Never(), longrun("a", RestartSpec.Policy.ALWAYS, null));
        start(s, 0);
        assertThat(s.apply(new Stimulus.Stop(Set.of("a"), "root"), now()))
                .contains(new Action.SendSignal(id(0), Signal.TERM));
        millis += 9_999;
        assertThat(s.apply(new Stimulus.Tick(), now())).isEmpty();
        millis += 1;
        assertThat(s.apply(new Stimulus.Tick(), now())).contains(new Action.Kill(id(0)));
        end(s, 0, new Outcome.Signalled(9, false));
        assertThat(s.views().getFirst().state()).isEqualTo("down");
        assertThat(s.views().getFirst().exits().getFirst().reason())
                .isEqualTo("stopped by root; did not end within 10s after TERM: killed");
    }

    private Supervision begun(ExitPolicy policy, ProcessSpec... specs) {
        var map = new TreeMap<String, ProcessSpec>();
        for (ProcessSpec spec : specs) {
            map.put(spec.name(), spec);
        }
        var s = new Supervision(map, Duration.ofSeconds(30), policy, () -> id(nextId++), 1);
        s.apply(new Stimulus.Begin(Set.of(), Set.of(), Set.of()), now());
        return s;
    }

    private void start(Supervision s, long instance) {
        s.apply(
                new Stimulus.FromProcess(
                        new ProcessEvent.Started(id(instance), new ProcessRef((int) instance + 10, instance))),
                now());
    }

    private List<Action> end(Supervision s, long instance, Outcome outcome) {
        s.apply(new Stimulus.FromProcess(new ProcessEvent.Exited(id(instance), outcome, null)), now());
        return s.apply(new Stimulus.FromProcess(new ProcessEvent.Emptied(id(instance), List.of())), now());
    }

    private Now now() {
        return new Now(Instant.ofEpochMilli(millis), new MonoTime(millis * 1_000_000));
    }

    private static InstanceId id(long n) {
        return new InstanceId("%032d".formatted(n));
    }

    private static ProcessSpec oneshot(String name) {
        return spec(name, ProcessSpec.Type.ONESHOT, RestartSpec.Policy.NEVER, null);
    }

    private static ProcessSpec longrun(
            String name, RestartSpec.Policy policy, @org.jspecify.annotations.Nullable Integer limit) {
        return spec(name, ProcessSpec.Type.LONGRUN, policy, limit);
    }

    private static ProcessSpec spec(
            String name,
            ProcessSpec.Type type,
            RestartSpec.Policy policy,
            @org.jspecify.annotations.Nullable Integer limit) {
        return new ProcessSpec(
                name,
                type,
                RandomSpecs.launch(0),
                1,
                null,
                Map.of(),
                new HooksSpec(null, null, null, null),
                new RestartSpec(
                        policy,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        2,
                        0,
                        limit,
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(30)),
                new StopSpec(Signal.TERM, Duration.ofSeconds(10), null),
                null,
                null,
                Duration.ofSeconds(90),
                Set.of(),
                null,
                true,
                false,
                LogSpec.DEFAULT);
    }
}
