package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    @Test
    void aThreadThatTheKernelRefusesIsAnOrdinaryFailureThatNamesTheLimits() {
        assertThatThrownBy(() -> Threads.start(refusing("unable to create native thread: possibly out of memory")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no more threads can be made: ulimit -u");
    }

    @Test
    void aFullHeapIsNoneOfThat() {
        assertThatThrownBy(() -> Threads.start(refusing("Java heap space"))).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aThreadThatThereIsRoomForRuns() throws Exception {
        var ran = new boolean[1];
        Thread thread = Thread.ofPlatform().unstarted(() -> ran[0] = true);
        Threads.start(thread);
        thread.join();
        assertThat(ran[0]).isTrue();
    }

    private static Thread refusing(String why) {
        return new Thread("refused") {
            @Override
            public void start() {
                throw new OutOfMemoryError(why);
            }
        };
    }
}
