package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EndingTest {
    @Test
    void saysHowAnAttemptFailed() {
        assertThat(Ending.failure(new InterruptedException(), false, null).failure())
                .isEqualTo("interrupted");
        assertThat(Ending.failure(new IllegalStateException("x"), false, null).failure())
                .isNull();
        assertThat(Ending.failure(new IllegalStateException("y".repeat(9000)), false, null)
                        .detail())
                .hasSizeLessThan(2100);
        assertThat(Ending.failure(new java.nio.channels.ClosedByInterruptException(), true, null)
                        .failure())
                .isEqualTo("interrupted");
        assertThat(Ending.failure(new JobFailed("address", "x"), true, null).failure())
                .isEqualTo("address");
        assertThat(Ending.success("a".repeat(9000) + "end").output())
                .hasSize(8192)
                .endsWith("end");
        assertThatThrownBy(() -> new JobFailed("Not A Word", "")).isInstanceOf(IllegalArgumentException.class);
    }
}
