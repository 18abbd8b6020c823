package dev.holdfast.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LatestTest {
    @Test
    void whoAsksWaitsForNothingAndOfWhatIsAskedMeanwhileTheLastIsDone() throws InterruptedException {
        List<Integer> done = new CopyOnWriteArrayList<>();
        var reached = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var latest = new Latest<Integer>("test", n -> {
            reached.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            done.add(n);
        });
        latest.ask(1);
        reached.await();
        latest.ask(2);
        latest.ask(3);
        assertThat(done).isEmpty();
        answer.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> done.equals(List.of(1, 3)));
        latest.ask(4);
        await().atMost(Duration.ofSeconds(30)).until(() -> done.equals(List.of(1, 3, 4)));
    }
}
