package dev.holdfast.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action.Purpose;
import dev.holdfast.unit.MonoTime;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** The stand-in behaves as the launcher does where that matters most. */
class SimulatedKernelTest {
    private static final int LAUNCHES = 5;

    @Test
    void aLaunchThatIsKilledBeforeItsTurnFailsAndNeverRuns() {
        for (long seed = 0; seed < 50; seed++) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            var kernel = new SimulatedKernel(random);
            ProcessSpec spec = new RandomSpecs(random).some().firstEntry().getValue();
            for (int i = 0; i < LAUNCHES; i++) {
                kernel.launch(new Action.Launch(
                        id(i),
                        new ReplicaId("a", i),
                        Purpose.MAIN,
                        spec,
                        spec.launch().command(),
                        null,
                        0));
            }
            assertThat(kernel.running).as("the first is still at the gate").isEmpty();
            kernel.kill(id(LAUNCHES - 1));
            assertThat(kernel.holds(new ReplicaId("a", LAUNCHES - 1))).isFalse();
            List<ProcessEvent> events = events(kernel);
            assertThat(events.stream().filter(e -> e.id().equals(id(LAUNCHES - 1))))
                    .as("seed %s", seed)
                    .singleElement()
                    .isInstanceOf(ProcessEvent.LaunchFailed.class);
            for (int i = 0; i < LAUNCHES - 1; i++) {
                InstanceId id = id(i);
                assertThat(events.stream()
                                .filter(e -> e.id().equals(id))
                                .filter(e ->
                                        e instanceof ProcessEvent.Started || e instanceof ProcessEvent.LaunchFailed))
                        .as("seed %s", seed)
                        .hasSize(1);
            }
        }
    }

    private static List<ProcessEvent> events(SimulatedKernel kernel) {
        var events = new ArrayList<ProcessEvent>();
        while (!kernel.nextDue().equals(MonoTime.NEVER)) {
            if (kernel.next(kernel.nextDue()) instanceof Stimulus.FromProcess(ProcessEvent event)) {
                events.add(event);
            }
        }
        return events;
    }

    private static InstanceId id(int n) {
        return new InstanceId("%032d".formatted(n));
    }
}
