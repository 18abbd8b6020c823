package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MemoryAlarmsTest {
    private static long ooms(String events) {
        return MemoryAlarms.ooms(events.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsTakenBackAtALimitIsNotExhaustion() {
        String events = "low 0\nhigh %d\nmax %d\noom %d\noom_kill %d\noom_group_kill 0\nsock_throttled 7\n";
        assertThat(ooms(events.formatted(900, 800, 0, 0))).isZero();
        assertThat(ooms(events.formatted(900, 800, 2, 1))).isEqualTo(3);
        assertThat(ooms("")).isZero();
    }
}
