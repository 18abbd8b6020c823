package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InterruptionTest {
    @Test
    void whoEndsTheProgramWaitsUntilItIsSaidWhatWasDone() throws InterruptedException {
        Interruption i = Interruption.unheard();
        assertThat(i.asked()).isFalse();
        Thread jvm = Thread.ofPlatform().start(i::ending);
        await().atMost(Duration.ofSeconds(30)).until(i::asked);
        assertThat(jvm.isAlive()).isTrue();
        i.close();
        assertThat(jvm.join(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void whatWasNotInterruptedLeavesNothingBehind() {
        try (Interruption i = Interruption.heeded()) {
            assertThat(i.asked()).isFalse();
        }
    }
}
