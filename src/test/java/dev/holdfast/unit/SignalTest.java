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

    @Test
    void readsRealTimeSignals() {
        assertThat(Signal.parse("RTMIN+3")).map(Signal::number).contains(37);
        assertThat(Signal.parse("SIGRTMIN")).map(Signal::number).contains(34);
        assertThat(Signal.parse("rtmax-2")).map(Signal::number).contains(62);
        assertThat(Signal.parse("RTMIN+30")).contains(Signal.RTMAX);
        assertThat(Signal.parse("37")).map(Signal::written).contains("RTMIN+3");
        assertThat(Signal.parse("RTMIN+31")).isEmpty();
        assertThat(Signal.parse("RTMAX-31")).isEmpty();
        assertThat(Signal.parse("32")).isEmpty();
        for (Signal s : Signal.values()) {
            assertThat(Signal.parse(s.written())).contains(s);
            assertThat(Signal.parse(s.name())).contains(s);
        }
    }
}
