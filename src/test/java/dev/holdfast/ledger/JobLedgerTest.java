package dev.holdfast.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Job;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.Stimulus;
import dev.holdfast.store.EmbeddedJobs;
import dev.holdfast.store.Jobs;
import dev.holdfast.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JobLedgerTest {
    private static final QueueSpec DOWNLOADS = Objects.requireNonNull(((Loaded.Sound)
                    new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml")))
            .config()
            .queues()
            .get("downloads"));

    @TempDir
    private Path dir;

    private final LinkedBlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
    private final List<Stimulus> told = new ArrayList<>();
    private final Map<String, Job> here = new HashMap<>();
    /** Claims whose answers are still to be lost. */
    private int deaf;

    private Store store = new Store(Path.of("none"), Path.of("none"), Loop::now, _ -> {});
    private Jobs jobs = EmbeddedJobs.in(store, Loop::now);

    @BeforeEach
    void open() throws Exception {
        store = new Store(dir.resolve("holdfast.db"), dir, Loop::now, _ -> {});
        jobs = EmbeddedJobs.in(store, Loop::now);
        Instant now = Instant.now();
        var all = new ArrayList<Jobs.Fresh>();
        for (int i = 0; i < 4; i++) {
            all.add(new Jobs.Fresh("j" + i, "downloads", new TreeMap<>(), 0, null, now, now));
        }
        jobs.submit(all, 0).get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** The store, but for claims that are done and whose answers do not come. */
    private Jobs losing() {
        return (Jobs) Proxy.newProxyInstance(Jobs.class.getClassLoader(), new Class<?>[] {Jobs.class}, (_, m, args) -> {
            try {
                Object answer = m.invoke(jobs, args);
                return m.getName().equals("claim") && deaf-- > 0
                        ? ((CompletableFuture<?>) answer)
                                .thenCompose(_ -> CompletableFuture.failedFuture(new java.io.IOException("gone")))
                        : answer;
            } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        });
    }

    private void until(int stimuli) throws InterruptedException {
        while (told.size() < stimuli) {
            Objects.requireNonNull(loop.poll(30, TimeUnit.SECONDS), "nothing comes any more")
                    .run();
        }
    }

    /** As queues do: what is taken is known from then on. */
    private void hear(Stimulus stimulus) {
        told.add(stimulus);
        if (stimulus instanceof Stimulus.Taken(var _, List<Job> taken, var _)) {
            taken.forEach(job -> here.put(job.id(), job));
        }
    }

    @Test
    void whatALostAnswerHadGivenIsGivenBackUnchargedAndNothingElseIs() throws Exception {
        var ledger = new JobLedger(
                losing(),
                "one",
                Duration.ofMinutes(1),
                new UnkeptEnds(dir, _ -> {}),
                job -> here.containsKey(job.id()),
                loop::add,
                this::hear,
                () -> {});
        ledger.claim(DOWNLOADS, 1);
        until(1);
        deaf = 1;
        ledger.claim(DOWNLOADS, 2);
        until(2);
        assertThat(told.get(1)).isInstanceOf(Stimulus.ClaimFailed.class);
        assertThat(here).hasSize(1);
        assertThat(jobs.held("one").get(30, TimeUnit.SECONDS)).hasSize(3);

        while (here.size() < 4) { // what the first of these took is not given back, whatever is looked at first
            ledger.claim(DOWNLOADS, 1);
            until(told.size() + 1);
        }
        assertThat(here.values()).allMatch(j -> j.attempt() == 1);
        assertThat(jobs.held("one").get(30, TimeUnit.SECONDS))
                .extracting(Job::id)
                .containsExactlyInAnyOrderElementsOf(here.keySet());
    }
}
