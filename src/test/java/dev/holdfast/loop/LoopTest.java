package dev.holdfast.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Poller;
import dev.holdfast.unit.MonoTime;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However busy the loop is kept, each of the kinds of work that it has comes to its turn. */
@Timeout(60)
class LoopTest {
    private static final int ROUNDS = 20_000;
    private static final int EACH = 5;

    @TempDir
    Path dir;

    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicInteger putOff = new AtomicInteger();
    private int most;

    @Test
    void tasksThatNeverEndDoNotKeepOffWhatIsPutOff() throws Exception {
        Loop loop = Loop.open();
        loop.soon(new Runnable() {
            @Override
            public void run() {
                round(loop);
                loop.soon(this);
            }
        });
        loop.run(() -> rounds.get() >= ROUNDS, () -> MonoTime.NEVER, () -> {});
        assertThat(most).isLessThan(Loop.MOST_LATER + 256 * EACH + 1);
        assertThat(putOff).as("at its end it has caught up").hasValue(0);
    }

    @Test
    void descriptorsThatAreAlwaysReadyDoNotKeepOffWhatIsPutOff() throws Exception {
        Loop loop = Loop.open();
        try (Fd fd = alwaysReady()) {
            loop.poller().add(fd, Poller.READABLE, _ -> {
                for (int i = 0; i < 64; i++) { // as many as the kernel tells of in one turn
                    round(loop);
                }
            });
            loop.run(() -> rounds.get() >= ROUNDS, () -> MonoTime.NEVER, () -> {});
        }
        assertThat(most).isLessThan(Loop.MOST_LATER + 64 * EACH + 1);
    }

    @Test
    void deadlinesThatAreAlwaysDueDoNotKeepOffWhatIsPutOff() throws Exception {
        Loop loop = Loop.open();
        loop.run(() -> rounds.get() >= ROUNDS, () -> new MonoTime(0), () -> loop.soon(() -> round(loop)));
        assertThat(most).isLessThan(Loop.MOST_LATER + 16 * EACH + 1);
    }

    @Test
    void tasksThatNeverEndDoNotKeepOffDescriptorsAndDeadlines() throws Exception {
        Loop loop = Loop.open();
        var heard = new AtomicInteger();
        var ticks = new AtomicInteger();
        loop.soon(new Runnable() {
            @Override
            public void run() {
                rounds.incrementAndGet();
                loop.soon(this);
            }
        });
        try (Fd fd = alwaysReady()) {
            loop.poller().add(fd, Poller.READABLE, _ -> heard.incrementAndGet());
            loop.run(() -> rounds.get() >= ROUNDS, () -> new MonoTime(0), ticks::incrementAndGet);
        }
        assertThat(heard).hasPositiveValue();
        assertThat(ticks).hasPositiveValue();
    }

    /** What happens makes work that can wait, as each end of a program does. */
    private void round(Loop loop) {
        rounds.incrementAndGet();
        for (int i = 0; i < EACH; i++) {
            most = Math.max(most, putOff.incrementAndGet());
            loop.later(putOff::decrementAndGet);
        }
    }

    private Fd alwaysReady() throws Exception {
        String fifo = dir.resolve("fifo").toString();
        Descriptors.mkfifo(fifo, 0600, -1, -1);
        Fd fd = Descriptors.open(fifo, Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
        Descriptors.writeWhole(fd, new byte[] {1});
        return fd;
    }
}
