package dev.holdfast.unit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "SIGTERM", "term", " sigterm ", "15"})
    void readsEveryWayToWriteTerm(String text) {
        assertThat(Signal.parse(text)).contains(Signal.TERM);
    }

    @Test
    void refusesWhatIsNoSignal() {
        assertThat(Signal.parse("TERMINATE")).isEmpty();
        assertThat(Signal.parse("0")).isEmpty();
        assertThat(Signal.parse("")).isEmpty();
    }
}
