package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.client.JobStatus.Attempt;
import dev.holdfast.client.JobStatus.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndingTest {
    private static final Ending SUCCESS = Ending.success(null);
    private static final Ending NETWORK = Ending.failure(new JobFailed("network", "gone"), null);

    private static JobStatus job(State state, int number, String host, @Nullable String failure) {
        return new JobStatus(
                "x", "q", state, number, failure, "", null, List.of(new Attempt(number, host, failure, "", null)));
    }

    @Test
    void knowsItsOwnSuccess() {
        assertThat(SUCCESS.isIn(job(State.SUCCEEDED, 2, "worker w", null), 2, "w"))
                .isTrue();
    }

    @Test
    void takesNobodyElsesForItsOwn() {
        assertThat(SUCCESS.isIn(job(State.SUCCEEDED, 3, "worker w", null), 2, "w"))
                .isFalse();
        assertThat(SUCCESS.isIn(job(State.SUCCEEDED, 2, "worker v", null), 2, "w"))
                .isFalse();
        assertThat(SUCCESS.isIn(job(State.QUEUED, 2, "worker w", "lost"), 2, "w"))
                .isFalse();
        assertThat(SUCCESS.isIn(job(State.CANCELLED, 2, "worker w", null), 2, "w"))
                .isFalse();
    }

    @Test
    void knowsItsOwnFailureWhateverCameOfIt() {
        assertThat(NETWORK.isIn(job(State.QUEUED, 1, "worker w", "network"), 1, "w"))
                .isTrue();
        assertThat(NETWORK.isIn(job(State.CANCELLED, 1, "worker w", null), 1, "w"))
                .isTrue();
        assertThat(NETWORK.isIn(job(State.QUEUED, 1, "worker w", "lost"), 1, "w"))
                .isFalse();
        assertThat(Ending.failure(new IllegalStateException("x"), null)
                        .isIn(job(State.FAILED, 1, "worker w", "process"), 1, "w"))
                .isTrue();
    }

    @Test
    void saysHowAnAttemptFailed() {
        assertThat(Ending.failure(new InterruptedException(), null).failure()).isEqualTo("interrupted");
        assertThat(Ending.failure(new IllegalStateException("x"), null).failure())
                .isNull();
        assertThat(Ending.failure(new IllegalStateException("y".repeat(9000)), null)
                        .detail())
                .hasSizeLessThan(2100);
        assertThat(Ending.success("a".repeat(9000) + "end").output())
                .hasSize(8192)
                .endsWith("end");
        assertThatThrownBy(() -> new JobFailed("Not A Word", "")).isInstanceOf(IllegalArgumentException.class);
    }
}
