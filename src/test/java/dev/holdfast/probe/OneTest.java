package dev.holdfast.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ProbeSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OneTest {
    private static Now at(int seconds) {
        return new Now(Instant.EPOCH.plusSeconds(seconds), new MonoTime(seconds * 1_000_000_000L));
    }

    /** What was true when it was asked may be so no longer when the answer is there. */
    @Test
    void anAnswerIsAsOldAsItsQuestion() {
        var spec = new ProbeSpec(
                "db",
                new ProbeSpec.Check.Tcp("127.0.0.1", 1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        var one = new One(spec, at(0).mono());
        for (int asked : new int[] {0, 30}) {
            var actions = new ArrayList<Action>();
            one.tick(at(asked), actions);
            assertThat(actions)
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Action.Ask.class,
                            ask -> one.answered(
                                    ask.number(),
                                    new Sample(true, "", Map.of("latency", 19.0)),
                                    at(asked + 19),
                                    new ArrayList<>()));
            assertThat(one.view())
                    .returns(at(asked).mono(), ProbeView::asked)
                    .returns(at(asked + 19).wall(), ProbeView::at);
        }
    }
}
