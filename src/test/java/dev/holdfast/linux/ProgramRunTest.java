package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.event.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramRunTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @Test
    void keepsWhatItPrintsAndHowItEnds() throws IOException {
        String script = "echo to out; echo to err >&2; echo $A; head -c 200000 /dev/zero | tr '\\0' x; exit 7";
        ProgramRun ran = ProgramRun.of(List.of("/bin/sh", "-c", script), List.of("A=b", "PATH=/usr/bin:/bin"), LONG);
        assertThat(ran.outcome()).isEqualTo(new Outcome.Exited(7));
        assertThat(ran.out()).startsWith("to out\nb\nxxx").hasSize(200_000 + 9);
        assertThat(ran.err()).isEqualTo("to err\n");
    }

    @Test
    void killsWhatDoesNotEnd() {
        assertThatThrownBy(() -> ProgramRun.of(List.of("/bin/sleep", "1000"), List.of(), Duration.ofMillis(50)))
                .hasMessageContaining("did not end within");
    }

    @Test
    void saysWhatCannotBeStarted() {
        assertThatThrownBy(() -> ProgramRun.of(List.of("/no/such"), List.of(), LONG))
                .hasMessage("exec /no/such: no such file or directory");
    }
}
