package dev.holdfast.deeds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.Finding;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuardScribeTest {
    private final List<String> kept = new CopyOnWriteArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final List<String> warned = new CopyOnWriteArrayList<>();
    private final CountDownLatch disk = new CountDownLatch(1);
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile boolean full;
    private volatile boolean closed;

    /** A disk that answers when {@link #disk} says so. */
    private final GuardScribe.Pages pages = new GuardScribe.Pages() {
        @Override
        public void add(Finding finding) throws IOException {
            reached.countDown();
            try {
                disk.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (full) {
                throw new IOException("no space left");
            }
            kept.add(finding.rule());
        }

        @Override
        public void close() {
            closed = true;
        }
    };

    private static Finding finding(String rule) {
        return new Finding(
                Instant.EPOCH, Finding.Kind.FIRED, rule, null, "why", "kill with TERM", List.of(), false, List.of());
    }

    private GuardScribe scribe(int most) throws IOException {
        return new GuardScribe(pages, most, f -> said.add(f.rule()), warned::add);
    }

    @Test
    void aDiskThatHangsHoldsUpNobodyAndWhatDidNotFitIsCounted() throws Exception {
        GuardScribe scribe = scribe(2);
        scribe.take(finding("a"));
        reached.await(); // the disk has it; two more fit
        for (String rule : List.of("b", "c", "d", "e")) {
            scribe.take(finding(rule));
        }
        assertThat(kept).isEmpty();
        disk.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> said.size() == 3);
        scribe.close();
        assertThat(kept).containsExactly("a", "b", "c");
        assertThat(said).containsExactly("a", "b", "c");
        assertThat(warned).containsExactly("its history is written again; it lacks 2 findings");
        assertThat(closed).isTrue();
    }

    @Test
    void aDiskThatFailsAfterItHungIsSaidAndWhatItLacksInTheEnd() throws Exception {
        full = true;
        GuardScribe scribe = scribe(1);
        scribe.take(finding("a"));
        reached.await();
        for (String rule : List.of("b", "c")) {
            scribe.take(finding(rule));
        }
        disk.countDown();
        scribe.close();
        assertThat(kept).isEmpty();
        assertThat(warned)
                .containsExactly(
                        "its history cannot be written: no space left",
                        "its history lacks 3 findings: the disk was too slow, or refused them");
    }

    @Test
    void whatWaitsIsWrittenBeforeItEnds() throws IOException {
        GuardScribe scribe = scribe(100);
        for (int i = 0; i < 50; i++) {
            scribe.take(finding("r" + i));
        }
        disk.countDown();
        scribe.close();
        assertThat(kept).hasSize(50).startsWith("r0", "r1").endsWith("r49");
        assertThat(warned).isEmpty();
    }

    @Test
    void whatIsFoundAfterTheEndIsWritten() throws IOException {
        disk.countDown();
        GuardScribe scribe = scribe(100);
        scribe.take(finding("a"));
        scribe.close();
        scribe.take(finding("late"));
        assertThat(kept).containsExactly("a", "late");
        assertThat(said).containsExactly("a", "late");
        assertThat(warned).isEmpty();
    }

    @Test
    void aFullDiskIsSaidOnceAndWhatItLacksAfterwards() throws IOException {
        full = true;
        disk.countDown();
        try (GuardScribe scribe = scribe(100)) {
            scribe.take(finding("a"));
            scribe.take(finding("b"));
            await().atMost(Duration.ofSeconds(30)).until(() -> said.size() == 2);
            full = false;
            scribe.take(finding("c"));
        }
        assertThat(kept).containsExactly("c");
        assertThat(warned)
                .containsExactly(
                        "its history cannot be written: no space left",
                        "its history is written again; it lacks 2 findings");
    }
}
