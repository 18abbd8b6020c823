package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HookSpec;
import dev.holdfast.config.HooksSpec;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ProcessSpec.DependencyCondition;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests that meet each other, or something that is on its way: what was asked last holds. */
class LastWordTest {
    private final List<Action> actions = new ArrayList<>();
    private long nextId;
    private @Nullable Supervision supervision;

    @Test
    void twoRestartsDuringALaunchMakeOneMoreInstance() {
        begin(new ExitPolicy.Never(), spec("a", Map.of(), null, false));
        tell(new Stimulus.Restart(Set.of("a"), "one"));
        tell(new Stimulus.Restart(Set.of("a"), "other"));
        assertThat(launched()).isEqualTo(1);
        started(0);
        assertThat(actions).contains(new Action.SendSignal(id(0), Signal.TERM));
        ended(0, new Outcome.Signalled(15, false));
        assertThat(launched()).isEqualTo(2);
        started(1);
        assertThat(state("a")).isEqualTo("up");
    }

    @Test
    void aStopAfterARestartDuringALaunchLeavesItDown() {
        begin(new ExitPolicy.Never(), spec("a", Map.of(), null, false));
        tell(new Stimulus.Restart(Set.of("a"), "one"));
        tell(new Stimulus.Stop(Set.of("a"), "other"));
        started(0);
        ended(0, new Outcome.Signalled(15, false));
        assertThat(state("a")).isEqualTo("down");
        assertThat(launched()).isEqualTo(1);
    }

    @Test
    void aRestartDuringADependencyWaitGoesOnWaitingAndAStopAfterItEndsTheWait() {
        begin(
                new ExitPolicy.Never(),
                spec("db", Map.of(), null, true),
                spec("web", Map.of("db", DependencyCondition.STARTED), null, false));
        tell(new Stimulus.Restart(Set.of("web"), "one"));
        assertThat(state("web")).isEqualTo("waiting");
        tell(new Stimulus.Stop(Set.of("web"), "other"));
        tell(new Stimulus.Start(Set.of("db"), "other"));
        started(0);
        assertThat(state("web")).isEqualTo("down");
        tell(new Stimulus.Restart(Set.of("web"), "one"));
        started(1);
        assertThat(state("web")).isEqualTo("up");
    }

    @Test
    void aStartAfterAStopDuringItsHookBringsItUpWhateverItsPolicy() {
        var hook = new HookSpec(new CommandSpec(List.of("hook")), Duration.ofSeconds(9));
        begin(new ExitPolicy.Never(), spec("a", Map.of(), hook, false));
        started(0);
        tell(new Stimulus.Stop(Set.of("a"), "one"));
        tell(new Stimulus.Start(Set.of("a"), "other"));
        ended(0, new Outcome.Signalled(9, false));
        ended(1, new Outcome.Exited(0));
        started(2);
        assertThat(state("a")).isEqualTo("up");
    }

    @Test
    void aManualOneStartsByHandAloneAndScalesAsItIs() {
        begin(new ExitPolicy.Never(), spec("m", Map.of(), null, true));
        assertThat(launched()).isZero();
        tell(new Stimulus.Scale("m", 2, "root"));
        assertThat(launched()).as("it is down, and so is its second").isZero();
        tell(new Stimulus.Start(Set.of("m"), "root"));
        assertThat(launched()).isEqualTo(2);
        started(0);
        started(1);
        tell(new Stimulus.Scale("m", 3, "root"));
        assertThat(launched()).as("it is up, and so is its third").isEqualTo(3);
    }

    @Test
    void whatIsNeededIsFoundThroughAllSteps() {
        begin(
                new ExitPolicy.Never(),
                spec("disk", Map.of(), null, true),
                spec("db", Map.of("disk", DependencyCondition.STARTED), null, true),
                spec("old", Map.of(), null, true),
                spec("web", Map.of("db", DependencyCondition.STARTED, "old", DependencyCondition.STOPPED), null, true));
        assertThat(supervision().neededBy(Set.of("web"))).containsExactly("db/0", "disk/0");
    }

    @Test
    void endsWithTheFirstThatFailsWhenAnyFailedDecides() {
        begin(
                new ExitPolicy.AnyFailed(),
                spec("a", Map.of(), null, false),
                spec("b", Map.of(), null, false),
                spec("c", Map.of(), null, false));
        started(0);
        started(1);
        started(2);
        ended(0, new Outcome.Exited(0));
        assertThat(actions).as("that was no failure").noneMatch(Action.Finish.class::isInstance);
        ended(1, new Outcome.Exited(6));
        assertThat(actions).contains(new Action.SendSignal(id(2), Signal.TERM));
        assertThat(actions).noneMatch(Action.Finish.class::isInstance);
        ended(2, new Outcome.Signalled(15, false));
        assertThat(actions).contains(new Action.Finish(6));
    }

    private void begin(ExitPolicy policy, ProcessSpec... specs) {
        var map = new TreeMap<String, ProcessSpec>();
        for (ProcessSpec spec : specs) {
            map.put(spec.name(), spec);
        }
        supervision = new Supervision(map, Duration.ofSeconds(30), policy, () -> id(nextId++), 1);
        tell(new Stimulus.Begin(Set.of(), Set.of(), Set.of()));
    }

    private Supervision supervision() {
        return java.util.Objects.requireNonNull(supervision);
    }

    private void tell(Stimulus s) {
        actions.addAll(supervision().apply(s, new Now(Instant.EPOCH, new MonoTime(0))));
    }

    private void started(long instance) {
        tell(new Stimulus.FromProcess(
                new ProcessEvent.Started(id(instance), new ProcessRef((int) instance + 10, instance))));
    }

    private void ended(long instance, Outcome outcome) {
        tell(new Stimulus.FromProcess(new ProcessEvent.Exited(id(instance), outcome, null)));
        tell(new Stimulus.FromProcess(new ProcessEvent.Emptied(id(instance), List.of())));
    }

    private String state(String process) {
        return supervision().views().stream()
                .filter(v -> v.id().process().equals(process))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private long launched() {
        return actions.stream().filter(Action.Launch.class::isInstance).count();
    }

    private static InstanceId id(long n) {
        return new InstanceId("%032d".formatted(n));
    }

    /** Never restarted by itself. */
    private static ProcessSpec spec(
            String name, Map<String, DependencyCondition> needs, @Nullable HookSpec preStart, boolean manual) {
        return new ProcessSpec(
                name,
                ProcessSpec.Type.LONGRUN,
                RandomSpecs.launch(0),
                1,
                null,
                needs,
                new HooksSpec(preStart, null, null, null),
                new RestartSpec(
                        RestartSpec.Policy.NEVER,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        2,
                        0,
                        null,
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(30)),
                new StopSpec(Signal.TERM, Duration.ofSeconds(10), null),
                null,
                null,
                Duration.ofSeconds(90),
                Set.of(),
                null,
                true,
                manual,
                LogSpec.DEFAULT);
    }
}
