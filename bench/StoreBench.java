import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.EmbeddedJobs;
import dev.holdfast.store.Jobs;
import dev.holdfast.store.ServerStore;
import dev.holdfast.store.Store;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The job store alone: {@code StoreBench DIRECTORY|URL SECONDS BACKLOG [submit] [work] [claim]}; see queues, postgres. */
public final class StoreBench {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Jobs jobs;
    private final Duration time;

    private StoreBench(Jobs jobs, Duration time) {
        this.jobs = jobs;
        this.time = time;
    }

    static Now now() {
        return new Now(Instant.now(), new MonoTime(System.nanoTime()));
    }

    public static void main(String[] args) throws Exception {
        var time = Duration.ofMillis((long) (Double.parseDouble(args[1]) * 1000));
        var what = Arrays.asList(args).subList(3, args.length);
        if (args[0].startsWith("postgresql:")) {
            try (var store = new ServerStore(args[0], Duration.ofMinutes(1), StoreBench::now, System.err::println, _ -> {})) {
                new StoreBench(store.jobs(), time).all(what, Integer.parseInt(args[2]));
            }
            return;
        }
        Path dir = Path.of(args[0]);
        try (var store = new Store(dir.resolve("bench.db"), dir, StoreBench::now, System.err::println)) {
            new StoreBench(EmbeddedJobs.in(store, StoreBench::now), time).all(what, Integer.parseInt(args[2]));
        }
    }

    private void all(List<String> what, int backlog) throws Exception {
        rate("warm", 64, this::submitOne);
        if (what.contains("submit")) {
            System.out.printf("submits 1 %.0f%n", rate("q", 1, this::submitOne));
            System.out.printf("submits 64 %.0f%n", rate("q", 64, this::submitOne));
        }
        if (what.contains("work")) {
            fill("warm", null, 20_000);
            rate("warm", 64, this::workOne);
            fill("work", null, 60_000);
            System.out.printf("claims and ends 1 %.0f%n", rate("work", 1, this::workOne));
            System.out.printf("claims and ends 64 %.0f%n", rate("work", 64, this::workOne));
        }
        if (what.contains("claim")) {
            claims(backlog);
        }
    }

    // ── throughput ──

    private interface Deed {
        void in(String queue) throws Exception;
    }

    private double rate(String queue, int threads, Deed deed) throws Exception {
        var done = new AtomicLong();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            all.add(Thread.ofVirtual().start(() -> {
                try {
                    while (System.nanoTime() < end) {
                        deed.in(queue);
                        done.incrementAndGet();
                    }
                } catch (Exception e) {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(1);
                }
            }));
        }
        for (Thread t : all) {
            t.join();
        }
        return done.get() / ((System.nanoTime() - began) / 1e9);
    }

    private static Jobs.Fresh fresh(String queue, String key) {
        Instant now = Instant.now();
        var payload = new TreeMap<String, String>();
        payload.put("url", "https://example.org/watch?v=" + NUMBER.get());
        payload.put("user", "4711");
        return new Jobs.Fresh("job-" + NUMBER.incrementAndGet(), queue, payload, 0, key, now, now);
    }

    private void submitOne(String queue) throws Exception {
        jobs.submit(List.of(fresh(queue, null)), 0).get();
    }

    private void workOne(String queue) throws Exception {
        List<Job> taken = jobs.claim(wish(queue, 1)).get().jobs();
        if (taken.isEmpty()) {
            throw new IllegalStateException("nothing left: fill more");
        }
        end(taken.getFirst()).get();
    }

    private static Jobs.Wish wish(String queue, int most) {
        return new Jobs.Wish(queue, "bench", most, Duration.ofHours(1), 1, 0, 0);
    }

    private CompletableFuture<Boolean> end(Job job) {
        Instant now = Instant.now();
        return jobs.end(
                job.hold(),
                new Attempt(1, "bench", now, now, null, "", 0, null, 0.1, 4096L, 0L, 0L, "done\n"),
                new Next.Over(JobState.SUCCEEDED, false));
    }

    private void fill(String queue, String key, int many) throws Exception {
        var last = new ArrayList<CompletableFuture<?>>();
        for (int i = 0; i < many; i += 1000) {
            var some = new ArrayList<Jobs.Fresh>();
            for (int n = i; n < Math.min(many, i + 1000); n++) {
                some.add(fresh(queue, key));
            }
            last.add(jobs.submit(some, 0));
            if (last.size() == 4) {
                CompletableFuture.allOf(last.toArray(CompletableFuture[]::new)).get();
                last.clear();
            }
        }
        CompletableFuture.allOf(last.toArray(CompletableFuture[]::new)).get();
    }

    // ── what a claim costs ──

    private static final int TOGETHER = 500;
    private static final int ROUNDS = 20;

    /** Queues that take turns, so that a disturbance meets all; each round's jobs are put back. */
    private void claims(int backlog) throws Exception {
        fill("few", null, 1000);
        long began = System.nanoTime();
        fill("many", null, backlog);
        System.out.printf("fill %.0f%n", backlog / ((System.nanoTime() - began) / 1e9));
        fill("blocked", "one", 1);
        jobs.claim(wish("blocked", 1)).get();
        fill("blocked", "one", backlog);
        fill("blocked", null, 1000);
        List<String> queues = List.of("few", "many", "blocked");
        var spent = new double[queues.size()][ROUNDS];
        for (int round = -ROUNDS / 2; round < ROUNDS; round++) { // the first warm up
            for (int q = 0; q < queues.size(); q++) {
                double micros = claimSome(queues.get((q + ROUNDS + round) % queues.size()));
                if (round >= 0) {
                    spent[(q + ROUNDS + round) % queues.size()][round] = micros;
                }
            }
        }
        for (int q = 0; q < queues.size(); q++) {
            Arrays.sort(spent[q]);
            System.out.printf("claim %s %.2f%n", queues.get(q), spent[q][ROUNDS / 2]);
        }
    }

    /** So many claims of one job each, which share a transaction; microseconds each. */
    private double claimSome(String queue) throws Exception {
        var asked = new ArrayList<CompletableFuture<Jobs.Taken>>();
        long began = System.nanoTime();
        for (int i = 0; i < TOGETHER; i++) {
            asked.add(jobs.claim(wish(queue, 1)));
        }
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).get();
        double micros = (System.nanoTime() - began) / 1e3 / TOGETHER;
        CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);
        for (var a : asked) {
            last = jobs.end(a.get().jobs().getFirst().hold(), null, new Next.Unbegun());
        }
        last.get();
        return micros;
    }
}
