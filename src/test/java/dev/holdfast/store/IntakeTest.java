package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.store.Jobs.Accepted;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submissions that are written together, since the store was busy when they came. */
class IntakeTest {
    @TempDir
    Path home;

    private Store store;
    private Jobs jobs;
    private final CountDownLatch busy = new CountDownLatch(1);

    @BeforeEach
    void open() {
        store = new Store(home.resolve("holdfast.db"), home, StoreUnderTest::now, _ -> {});
        jobs = EmbeddedJobs.in(store, StoreUnderTest::now);
        var _ = store.read(_ -> {
            try {
                return busy.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @AfterEach
    void close() {
        busy.countDown();
        store.close();
    }

    private CompletableFuture<List<Accepted>> submit(int most, String... ids) {
        Instant now = Instant.now();
        return jobs.submit(
                List.of(ids).stream()
                        .map(id -> new Jobs.Fresh(id, "q", new TreeMap<>(), 0, null, now, now))
                        .toList(),
                most);
    }

    private static <T> T get(CompletableFuture<T> asked) throws Exception {
        return asked.get(30, TimeUnit.SECONDS);
    }

    @Test
    void eachIsToldOfItsOwn() throws Exception {
        var asked = new ArrayList<CompletableFuture<List<Accepted>>>();
        for (int i = 0; i < 1500; i++) {
            asked.add(submit(0, "a" + i, "b" + i));
        }
        var again = submit(0, "a7");
        busy.countDown();
        for (int i = 0; i < asked.size(); i++) {
            assertThat(get(asked.get(i))).containsExactly(new Accepted.New("a" + i), new Accepted.New("b" + i));
        }
        assertThat(get(again)).hasOnlyElementsOfType(Accepted.Known.class);
        assertThat(get(jobs.health(List.of("q"), java.time.Duration.ofHours(1)))
                        .getFirst()
                        .waiting())
                .isEqualTo(3000);
    }

    @Test
    void thoseThatCameFirstAreTakenWhenThereIsNoRoomForAll() throws Exception {
        var first = submit(2, "a");
        var second = submit(2, "b", "c");
        var third = submit(2, "a");
        busy.countDown();
        assertThat(get(first)).containsExactly(new Accepted.New("a"));
        assertThat(get(second).getFirst()).isEqualTo(new Accepted.New("b"));
        assertThat(get(second).getLast()).isInstanceOf(Accepted.Refused.class);
        assertThat(get(third)).hasOnlyElementsOfType(Accepted.Known.class); // though there is no room
    }

    /** What the store refuses by itself: a row without an id. */
    @Test
    @SuppressWarnings("NullAway")
    void theFaultOfOneIsItsOwn() throws Exception {
        Instant now = Instant.now();
        var good = submit(0, "a");
        var bad = jobs.submit(List.of(new Jobs.Fresh(null, "q", new TreeMap<>(), 0, null, now, now)), 0);
        var alsoGood = submit(0, "b");
        busy.countDown();
        assertThatThrownBy(() -> get(bad)).hasCauseInstanceOf(StoreException.class);
        assertThat(get(good)).containsExactly(new Accepted.New("a"));
        assertThat(get(alsoGood)).containsExactly(new Accepted.New("b"));
    }

    @Test
    void whatComesAfterItIsClosedIsRefusedAndSoIsWhatComesThen() throws Exception {
        busy.countDown();
        store.close();
        assertThatThrownBy(() -> get(submit(0, "a"))).hasCauseInstanceOf(StoreException.class);
        assertThatThrownBy(() -> get(submit(0, "b"))).hasCauseInstanceOf(StoreException.class);
    }
}
