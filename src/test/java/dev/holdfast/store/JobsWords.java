package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Which;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** What the contracts of the stores are written with. */
@Timeout(120)
abstract class JobsWords {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Which ALL = new Which(null, null, null);

    final TestClock clock = new TestClock();

    /** The same each time. */
    abstract Jobs jobs() throws Exception;

    /** The same jobs, as another host has them. */
    abstract Jobs elsewhere() throws Exception;

    // ── words ──

    static <T> T get(CompletableFuture<T> asked) throws Exception {
        return asked.get(60, TimeUnit.SECONDS);
    }

    Fresh fresh(String id) {
        return keyed(id, null);
    }

    Fresh keyed(String id, @Nullable String key) {
        return new Fresh(id, "q", new TreeMap<>(Map.of("url", id)), 0, key, clock.wall(), clock.wall());
    }

    Fresh at(String id, Instant order, Instant notBefore) {
        return new Fresh(id, "q", new TreeMap<>(Map.of("url", id)), 0, null, order, notBefore);
    }

    void submit(Fresh... jobs) throws Exception {
        assertThat(get(jobs().submit(List.of(jobs), 0))).allMatch(a -> a instanceof Accepted.New);
    }

    static Wish wish(int most) {
        return bounded(most, 0);
    }

    static Wish bounded(int most, int perKey) {
        return new Wish("q", "host1", most, LEASE, perKey, 0, 0);
    }

    Taken claim(Wish wish) throws Exception {
        return get(jobs().claim(wish));
    }

    List<Job> take(Wish wish) throws Exception {
        return claim(wish).jobs();
    }

    Job takeOne() throws Exception {
        List<Job> jobs = take(wish(1));
        assertThat(jobs).hasSize(1);
        return jobs.getFirst();
    }

    static List<String> ids(List<Job> jobs) {
        return jobs.stream().map(Job::id).toList();
    }

    Attempt attempt(Job job, @Nullable String failure) {
        return new Attempt(
                job.attempt(),
                "host1",
                clock.wall().minusSeconds(1),
                clock.wall(),
                failure,
                failure == null ? "" : "it went wrong",
                failure == null ? 0 : 3,
                null,
                0.5,
                4096L,
                null,
                7L,
                "the last words");
    }

    boolean end(Job job, @Nullable String failure, Next next) throws Exception {
        return get(jobs().end(job.hold(), attempt(job, failure), next));
    }

    void succeed(Job job) throws Exception {
        assertThat(end(job, null, new Next.Over(JobState.SUCCEEDED, false))).isTrue();
    }

    void fail(Job job, boolean told) throws Exception {
        assertThat(end(job, Failure.NETWORK, new Next.Over(JobState.FAILED, told)))
                .isTrue();
    }

    Seen seen(String id) throws Exception {
        return Objects.requireNonNull(get(jobs().job(id)));
    }

    List<String> listed(Which which, int most, @Nullable String after) throws Exception {
        return get(jobs().list(which, most, after)).jobs().stream()
                .map(Seen::id)
                .toList();
    }

    Jobs.Health health() throws Exception {
        return get(jobs().health(List.of("q"), Duration.ofMinutes(10))).getFirst();
    }
}
