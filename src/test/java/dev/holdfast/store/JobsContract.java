package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Cancelled;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Which;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of jobs does, whatever database it is in. */
@Timeout(120)
abstract class JobsContract {
    static final Duration LEASE = Duration.ofSeconds(30);
    private static final Which ALL = new Which(null, null, null);

    final TestClock clock = new TestClock();

    /** The same each time. */
    abstract Jobs jobs() throws Exception;

    /** The same jobs, as another host has them. */
    abstract Jobs elsewhere() throws Exception;

    // ── words ──

    static <T> T get(CompletableFuture<T> asked) throws Exception {
        return asked.get(60, TimeUnit.SECONDS);
    }

    private Fresh fresh(String id) {
        return keyed(id, null);
    }

    private Fresh keyed(String id, @Nullable String key) {
        return new Fresh(id, "q", new TreeMap<>(Map.of("url", id)), 0, key, clock.wall(), clock.wall());
    }

    private Fresh at(String id, Instant order, Instant notBefore) {
        return new Fresh(id, "q", new TreeMap<>(Map.of("url", id)), 0, null, order, notBefore);
    }

    private void submit(Fresh... jobs) throws Exception {
        assertThat(get(jobs().submit(List.of(jobs), 0))).allMatch(a -> a instanceof Accepted.New);
    }

    private static Wish wish(int most) {
        return bounded(most, 0);
    }

    private static Wish bounded(int most, int perKey) {
        return new Wish("q", "host1", most, LEASE, perKey, 0, 0);
    }

    private Taken claim(Wish wish) throws Exception {
        return get(jobs().claim(wish));
    }

    private List<Job> take(Wish wish) throws Exception {
        return claim(wish).jobs();
    }

    private Job takeOne() throws Exception {
        List<Job> jobs = take(wish(1));
        assertThat(jobs).hasSize(1);
        return jobs.getFirst();
    }

    private static List<String> ids(List<Job> jobs) {
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

    private boolean end(Job job, @Nullable String failure, Next next) throws Exception {
        return get(jobs().end(job.hold(), attempt(job, failure), next));
    }

    private void succeed(Job job) throws Exception {
        assertThat(end(job, null, new Next.Over(JobState.SUCCEEDED, false))).isTrue();
    }

    private void fail(Job job, boolean told) throws Exception {
        assertThat(end(job, Failure.NETWORK, new Next.Over(JobState.FAILED, told)))
                .isTrue();
    }

    private Seen seen(String id) throws Exception {
        return Objects.requireNonNull(get(jobs().job(id)));
    }

    private List<String> listed(Which which, int most, @Nullable String after) throws Exception {
        return get(jobs().list(which, most, after)).jobs().stream()
                .map(Seen::id)
                .toList();
    }

    private Jobs.Health health() throws Exception {
        return get(jobs().health(List.of("q"), Duration.ofMinutes(10))).getFirst();
    }

    // ── in ──

    @Test
    void whatIsAcceptedIsThereAsItWasGiven() throws Exception {
        var payload = new TreeMap<String, String>();
        payload.put("quotes", "\"\\ and \n lines\t\u0001\u0000");
        payload.put("beyond", "ü € \uD83D\uDE00");
        payload.put("torn", "\uD83D alone \uDE00");
        payload.put("", "");
        var due = clock.wall().plusSeconds(60);
        get(jobs().submit(List.of(new Fresh("a", "q", payload, 7, "user", clock.wall(), due)), 0));
        Seen seen = seen("a");
        assertThat(seen.payload()).isEqualTo(payload);
        assertThat(seen)
                .extracting(Seen::queue, Seen::state, Seen::priority, Seen::key, Seen::submitted, Seen::notBefore)
                .containsExactly("q", JobState.QUEUED, 7, "user", clock.wall(), due);
        assertThat(seen)
                .extracting(Seen::ended, Seen::attempt, Seen::host, Seen::failure, Seen::progress)
                .containsExactly(null, 0, null, null, null);
        assertThat(get(jobs().job("b"))).isNull();
        clock.pass(Duration.ofSeconds(60));
        Job job = takeOne();
        assertThat(job.payload()).isEqualTo(payload);
        assertThat(job)
                .extracting(Job::id, Job::queue, Job::priority, Job::key, Job::submitted, Job::attempt)
                .containsExactly("a", "q", 7, "user", TestClock.START, 1);
    }

    @Test
    void theSameJobAgainIsKnownAndAnotherUnderItsNameIsRefused() throws Exception {
        submit(fresh("a"));
        var other = new Fresh("a", "q", new TreeMap<>(Map.of("url", "other")), 0, null, clock.wall(), clock.wall());
        var elsewhere = new Fresh("a", "r", new TreeMap<>(Map.of("url", "a")), 0, null, clock.wall(), clock.wall());
        var told = get(jobs().submit(List.of(fresh("a"), other, elsewhere, fresh("b"), fresh("b")), 0));
        assertThat(told.get(0)).isEqualTo(new Accepted.Known("a", JobState.QUEUED));
        assertThat(told.get(1)).isInstanceOfSatisfying(Accepted.Refused.class, r -> {
            assertThat(r.conflict()).isTrue();
            assertThat(r.why()).contains("another payload");
        });
        assertThat(told.get(2)).isInstanceOfSatisfying(Accepted.Refused.class, r -> {
            assertThat(r.conflict()).isTrue();
            assertThat(r.why()).contains("in the queue q");
        });
        assertThat(told.get(3)).isEqualTo(new Accepted.New("b"));
        assertThat(told.get(4)).isEqualTo(new Accepted.Known("b", JobState.QUEUED));
        succeed(takeOne());
        assertThat(get(jobs().submit(List.of(fresh("a")), 0)))
                .containsExactly(new Accepted.Known("a", JobState.SUCCEEDED));
    }

    @Test
    void aFullQueueTakesNoMoreUntilOneIsTaken() throws Exception {
        var told = get(jobs().submit(List.of(fresh("a"), fresh("b"), fresh("c")), 2));
        assertThat(told.subList(0, 2)).allMatch(a -> a instanceof Accepted.New);
        assertThat(told.getLast()).isInstanceOfSatisfying(Accepted.Refused.class, r -> {
            assertThat(r.conflict()).isFalse();
            assertThat(r.why()).contains("full");
        });
        takeOne();
        assertThat(get(jobs().submit(List.of(fresh("c")), 2))).containsExactly(new Accepted.New("c"));
    }

    @Test
    void aDrainedQueueTakesNothingAndAPausedOneGivesNothing() throws Exception {
        submit(fresh("a"), fresh("b"));
        assertThat(get(jobs().gate("q", Gate.DRAINED, "me"))).isTrue();
        assertThat(get(jobs().submit(List.of(fresh("a"), fresh("c")), 0)))
                .satisfiesExactly(
                        known -> assertThat(known).isInstanceOf(Accepted.Known.class),
                        refused -> assertThat(refused)
                                .isInstanceOfSatisfying(
                                        Accepted.Refused.class,
                                        r -> assertThat(r.why()).contains("drained")));
        takeOne();
        get(jobs().gate("q", Gate.PAUSED, "me"));
        assertThat(health().gate()).isEqualTo(Gate.PAUSED);
        submit(fresh("c"));
        assertThat(claim(wish(9))).isEqualTo(new Taken(List.of(), null));
        get(jobs().gate("q", Gate.OPEN, "me"));
        assertThat(ids(take(wish(9)))).containsExactly("b", "c");
    }

    @Test
    void manyAtOnceAreAnsweredInOrder() throws Exception {
        var many = IntStream.range(0, 2500).mapToObj(i -> fresh("j" + i)).toList();
        var told = get(jobs().submit(many, 0));
        assertThat(told).hasSize(2500);
        assertThat(told.get(2400)).isEqualTo(new Accepted.New("j2400"));
        assertThat(health().waiting()).isEqualTo(2500);
        assertThat(get(jobs().submit(List.of(), 0))).isEmpty();
    }

    // ── order ──

    @Test
    void theFirstByOrderIsTakenFirstAndOfTheSameTheOneThatCameFirst() throws Exception {
        Instant now = clock.wall();
        submit(at("late", now, now), at("early", now.minusSeconds(3600), now), at("late2", now, now));
        submit(at("between", now.minusSeconds(60), now));
        assertThat(ids(take(wish(2)))).containsExactly("early", "between");
        assertThat(ids(take(wish(9)))).containsExactly("late", "late2");
    }

    @Test
    void whatIsDelayedWaitsForItsTimeAndThenGoesByItsOrder() throws Exception {
        Instant now = clock.wall();
        submit(at("soon", now.minusSeconds(9), now.plusSeconds(5)), at("later", now, now.plusSeconds(60)));
        assertThat(claim(wish(1))).isEqualTo(new Taken(List.of(), now.plusSeconds(5)));
        clock.pass(Duration.ofSeconds(5));
        submit(fresh("now"));
        Taken taken = claim(wish(9));
        assertThat(ids(taken.jobs())).containsExactly("soon", "now");
        assertThat(taken.next()).isEqualTo(clock.wall().plus(LEASE));
        clock.pass(Duration.ofSeconds(55));
        assertThat(ids(take(wish(1)))).containsAnyOf("later", "soon");
    }

    @Test
    void nothingToComeIsSaidToo() throws Exception {
        assertThat(claim(wish(1))).isEqualTo(new Taken(List.of(), null));
        submit(fresh("a"));
        assertThat(claim(wish(1)).next()).isNull();
    }

    @Test
    void moreThanAPieceThatComesDueIsTakenInTheEnd() throws Exception {
        Instant due = clock.wall().plusSeconds(1);
        get(jobs().submit(
                        IntStream.range(0, 1200)
                                .mapToObj(i -> at("j" + i, clock.wall(), due))
                                .toList(),
                        0));
        clock.pass(Duration.ofSeconds(1));
        assertThat(health().delayed()).isZero();
        int taken = 0;
        for (int rounds = 0; rounds < 10 && taken < 1200; rounds++) {
            Taken t = claim(wish(1200));
            taken += t.jobs().size();
            if (taken < 1200) {
                assertThat(t.next()).as("ask again at once").isEqualTo(clock.wall());
            }
        }
        assertThat(taken).isEqualTo(1200);
    }

    // ── bounds ──

    @Test
    void ofAKeyOnlySoManyRunAndTheRestGoesOnInOrder() throws Exception {
        submit(keyed("a1", "a"), keyed("a2", "a"), keyed("a3", "a"), keyed("b1", "b"), fresh("free"));
        List<Job> first = take(bounded(9, 1));
        assertThat(ids(first)).containsExactly("a1", "b1", "free");
        assertThat(take(bounded(9, 1))).isEmpty();
        assertThat(get(elsewhere().claim(bounded(9, 1))).jobs())
                .as("on all hosts")
                .isEmpty();
        succeed(first.getFirst());
        List<Job> second = take(bounded(9, 1));
        assertThat(ids(second)).containsExactly("a2");
        assertThat(ids(take(bounded(9, 2)))).as("a higher bound").containsExactly("a3");
        submit(keyed("a4", "a"), keyed("a5", "a"));
        assertThat(take(bounded(9, 1))).as("a lower one").isEmpty();
        succeed(second.getFirst());
        assertThat(take(bounded(9, 1))).as("still one too many").isEmpty();
        assertThat(ids(take(bounded(9, 0)))).as("none").containsExactly("a4", "a5");
    }

    @Test
    void withoutABoundKeysDoNotChangeTheOrder() throws Exception {
        var order = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            submit(keyed("j" + i, i % 3 == 0 ? null : "k" + i % 3));
            order.add("j" + i);
        }
        assertThat(ids(take(wish(500)))).containsExactlyElementsOf(order);
    }

    @Test
    void aKeysMoreUrgentJobOvertakesTheOthersOfItsKey() throws Exception {
        Instant now = clock.wall();
        submit(keyed("a1", "a"), keyed("a2", "a"), fresh("free"));
        submit(new Fresh("urgent", "q", new TreeMap<>(), 9, "a", now.minusSeconds(600), now));
        assertThat(ids(take(bounded(9, 2)))).containsExactly("urgent", "a1", "free");
    }

    @Test
    void aKeyGoesOnWhenItsFirstIsCancelledOrComesBack() throws Exception {
        submit(keyed("a1", "a"), keyed("a2", "a"), keyed("a3", "a"));
        assertThat(get(jobs().cancel("a1", "me"))).isEqualTo(Cancelled.DONE);
        Job second = take(bounded(9, 1)).getFirst();
        assertThat(second.id()).isEqualTo("a2");
        get(jobs().end(second.hold(), null, new Next.Unbegun()));
        Job again = take(bounded(9, 1)).getFirst();
        assertThat(again.id()).isEqualTo("a2");
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(end(again, "x", new Next.Again(clock.wall().plusSeconds(5)))).isTrue();
        assertThat(ids(take(bounded(9, 1)))).containsExactly("a3");
        clock.pass(Duration.ofSeconds(5));
        assertThat(take(bounded(9, 1))).as("it waits behind a3 now").isEmpty();
        assertThat(ids(take(bounded(9, 2)))).containsExactly("a2");
    }

    @Test
    void aRateLetsABurstThroughAndThenOneByOne() throws Exception {
        for (int i = 0; i < 10; i++) {
            submit(fresh("j" + i));
        }
        var paced = new Wish("q", "host1", 9, LEASE, 0, 1_000_000, 2);
        Taken burst = claim(paced);
        assertThat(burst.jobs()).hasSize(3);
        assertThat(burst.next()).isEqualTo(clock.wall().plusSeconds(1));
        assertThat(get(elsewhere().claim(paced)).jobs()).isEmpty();
        clock.pass(Duration.ofMillis(999));
        assertThat(take(paced)).isEmpty();
        clock.pass(Duration.ofMillis(1));
        assertThat(take(paced)).hasSize(1);
        clock.pass(Duration.ofMillis(2500));
        assertThat(take(paced)).hasSize(2);
        var slower = new Wish("q", "host1", 9, LEASE, 0, 3_600_000_000L, 0);
        assertThat(take(slower)).as("what a faster rate left over counts").isEmpty();
        clock.pass(Duration.ofSeconds(3));
        assertThat(take(slower)).hasSize(1);
        clock.pass(Duration.ofSeconds(2));
        assertThat(take(slower)).isEmpty();
        assertThat(take(paced)).as("a slow rate does not outlive its change").isEmpty();
        clock.pass(Duration.ofSeconds(1));
        assertThat(take(paced)).hasSize(1);
    }

    // ── the holder's ──

    @Test
    void aLeaseThatIsRenewedLastsAndOneThatIsNotComesBackAsLost() throws Exception {
        submit(fresh("a"), fresh("b"));
        List<Job> held = take(wish(2));
        clock.pass(LEASE.dividedBy(2));
        Hold a = held.getFirst().hold();
        assertThat(get(jobs().renew(List.of(a), LEASE))).isEqualTo(new Jobs.Renewed(List.of(), List.of()));
        clock.pass(LEASE.dividedBy(2));
        Taken again = get(elsewhere().claim(new Wish("q", "host2", 9, LEASE, 0, 0, 0)));
        assertThat(ids(again.jobs())).containsExactly("b");
        Job taken = again.jobs().getFirst();
        assertThat(taken.attempt()).isEqualTo(2);
        assertThat(taken.hold().token()).isGreaterThan(held.get(1).hold().token());
        Seen seen = seen("b");
        assertThat(seen.host()).isEqualTo("host2");
        assertThat(seen.attempts()).singleElement().satisfies(lost -> {
            assertThat(lost.failure()).isEqualTo(Failure.LOST);
            assertThat(lost.number()).isEqualTo(1);
            assertThat(lost.host()).isEqualTo("host1");
            assertThat(lost.started()).isEqualTo(TestClock.START);
        });
        assertThat(ids(get(jobs().held("host1")))).containsExactly("a");
        assertThat(get(jobs().held("host2"))).containsExactly(taken);
    }

    @Test
    void whoseHoldWasTakenAwayChangesNothingAnyMore() throws Exception {
        submit(fresh("a"));
        Job mine = takeOne();
        clock.pass(LEASE);
        assertThat(get(jobs().renew(List.of(mine.hold()), LEASE)).lost())
                .as("nobody took it yet")
                .isEmpty();
        clock.pass(LEASE);
        Job theirs = get(elsewhere().claim(new Wish("q", "host2", 1, LEASE, 0, 0, 0)))
                .jobs()
                .getFirst();
        assertThat(end(mine, null, new Next.Over(JobState.SUCCEEDED, true))).isFalse();
        assertThat(end(mine, null, new Next.Again(clock.wall()))).isFalse();
        assertThat(get(jobs().end(mine.hold(), null, new Next.Unbegun()))).isFalse();
        assertThat(get(jobs().progress(mine.hold(), 50))).isFalse();
        assertThat(get(jobs().renew(List.of(mine.hold(), theirs.hold()), LEASE)).lost())
                .containsExactly(mine.hold());
        assertThat(seen("a").state()).isEqualTo(JobState.RUNNING);
        assertThat(seen("a").attempts()).hasSize(1);
        assertThat(get(jobs().notices(9, LEASE))).isEmpty();
        succeed(theirs);
        assertThat(end(mine, "x", new Next.Again(clock.wall()))).isFalse();
        assertThat(seen("a").state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aHoldIsWorthNothingForAnotherJobThatCameUnderItsName() throws Exception {
        submit(fresh("a"));
        Job old = takeOne();
        succeed(old);
        get(jobs().forget(ALL, "a"));
        submit(fresh("a"));
        Job job = takeOne();
        assertThat(end(old, null, new Next.Over(JobState.SUCCEEDED, false))).isFalse();
        assertThat(get(jobs().progress(old.hold(), 50))).isFalse();
        assertThat(get(jobs().renew(List.of(old.hold()), LEASE)).lost()).containsExactly(old.hold());
        succeed(job);
    }

    @Test
    void theSameEndToldTwiceIsOneEnd() throws Exception {
        submit(fresh("a"));
        Job job = takeOne();
        for (int i = 0; i < 2; i++) {
            assertThat(end(job, "x", new Next.Again(clock.wall()))).isTrue();
        }
        assertThat(seen("a").attempts()).hasSize(1);
        Job second = takeOne();
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(end(job, "x", new Next.Again(clock.wall())))
                .as("told again when another is at it")
                .isTrue();
        assertThat(seen("a").state()).isEqualTo(JobState.RUNNING);
        for (int i = 0; i < 2; i++) {
            fail(second, true);
        }
        assertThat(seen("a").attempts()).hasSize(2);
        assertThat(get(jobs().notices(9, LEASE))).hasSize(1);
        assertThat(health())
                .extracting(Jobs.Health::failed, Jobs.Health::attempts, Jobs.Health::running)
                .containsExactly(1L, 2L, 0L);
    }

    @Test
    void anEndNotesItsAttemptAndTheTailOfItsOutput() throws Exception {
        submit(fresh("a"));
        Job job = takeOne();
        get(jobs().progress(job.hold(), 41.5));
        assertThat(seen("a").progress()).isEqualTo(41.5);
        Attempt a = attempt(job, Failure.TIMEOUT);
        var wordy = new Attempt(
                a.number(),
                a.host(),
                a.started(),
                a.ended(),
                a.failure(),
                "no\0thing",
                null,
                9,
                null,
                null,
                1L,
                null,
                "head" + "ü".repeat(5000) + "\0tail");
        get(jobs().end(job.hold(), wordy, new Next.Over(JobState.FAILED, false)));
        Seen seen = seen("a");
        assertThat(seen)
                .extracting(Seen::state, Seen::failure, Seen::detail, Seen::ended, Seen::attempt)
                .containsExactly(JobState.FAILED, Failure.TIMEOUT, "no\uFFFDthing", clock.wall(), 1);
        assertThat(seen.attempts()).singleElement().satisfies(n -> {
            assertThat(n.output()).hasSizeBetween(4090, 4100).startsWith("ü").endsWith("\uFFFDtail");
            assertThat(n)
                    .extracting(
                            Attempt::started, Attempt::ended, Attempt::exitCode, Attempt::signal, Attempt::readBytes)
                    .containsExactly(a.started(), a.ended(), null, 9, 1L);
        });
        assertThatThrownBy(() -> jobs().end(job.hold(), null, new Next.Over(JobState.FAILED, false)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatWasNotBegunIsAsIfItHadNotBeenClaimed() throws Exception {
        submit(fresh("a"), fresh("b"));
        Job job = takeOne();
        for (int i = 0; i < 2; i++) {
            assertThat(get(jobs().end(job.hold(), null, new Next.Unbegun()))).isTrue();
        }
        assertThat(seen("a").attempts()).isEmpty();
        assertThat(health())
                .extracting(Jobs.Health::waiting, Jobs.Health::running, Jobs.Health::attempts)
                .containsExactly(2L, 0L, 0L);
        Job again = takeOne();
        assertThat(again.id()).isEqualTo("a");
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(again.hold().token()).isGreaterThan(job.hold().token());
    }

    @Test
    void leasesAreByTheMonotonicClockWhateverTheWallClockIsSetTo() throws Exception {
        submit(fresh("a"), fresh("b"));
        take(wish(1));
        clock.set(Duration.ofHours(5));
        assertThat(ids(take(wish(1)))).as("ahead: a's lease goes on").containsExactly("b");
        clock.set(Duration.ofDays(-400));
        clock.pass(LEASE.minusSeconds(1));
        assertThat(take(wish(9))).isEmpty();
        clock.pass(Duration.ofSeconds(1));
        assertThat(ids(take(wish(9)))).as("back: it ends all the same").containsExactly("a", "b");
    }

    @Test
    void whoComesAfterTheClockWasSetBackWaitsNoLongerThanWasMeant() throws Exception {
        submit(fresh("a"));
        take(wish(1));
        submit(at("delayed", clock.wall(), clock.wall().plusSeconds(600)));
        clock.set(Duration.ofDays(-400));
        Taken now = get(elsewhere().claim(wish(9)));
        assertThat(now.jobs()).isEmpty();
        assertThat(now.next()).isEqualTo(clock.wall().plus(LEASE));
        clock.pass(LEASE);
        assertThat(ids(get(elsewhere().claim(wish(9))).jobs())).containsExactly("a");
        clock.pass(Duration.ofMinutes(10).minus(LEASE));
        assertThat(ids(get(elsewhere().claim(wish(9))).jobs())).contains("delayed");
    }

    // ── people's ──

    @Test
    void cancellingEndsWhatWaitsAsksWhatRunsAndLeavesWhatIsOver() throws Exception {
        Instant later = clock.wall().plusSeconds(60);
        submit(fresh("runs"), fresh("waits"), at("delayed", clock.wall(), later));
        Job running = takeOne();
        assertThat(get(jobs().cancel("waits", "me"))).isEqualTo(Cancelled.DONE);
        assertThat(get(jobs().cancel("delayed", "me"))).isEqualTo(Cancelled.DONE);
        assertThat(get(jobs().cancel("runs", "me"))).isEqualTo(Cancelled.ASKED);
        assertThat(get(jobs().cancel("waits", "me"))).isEqualTo(Cancelled.OVER);
        assertThat(get(jobs().cancel("none", "me"))).isEqualTo(Cancelled.UNKNOWN);
        assertThat(seen("waits"))
                .extracting(Seen::state, Seen::detail, Seen::ended)
                .containsExactly(JobState.CANCELLED, "cancelled by me", clock.wall());
        assertThat(get(jobs().renew(List.of(running.hold()), LEASE)).cancelled())
                .containsExactly(running.hold());
        assertThat(end(running, null, new Next.Over(JobState.CANCELLED, false))).isTrue();
        assertThat(seen("runs").state()).isEqualTo(JobState.CANCELLED);
        assertThat(claim(wish(9))).isEqualTo(new Taken(List.of(), null));
        assertThat(health())
                .extracting(Jobs.Health::waiting, Jobs.Health::delayed)
                .containsExactly(0L, 0L);
    }

    @Test
    void whatWasToEndIsNotTriedAgain() throws Exception {
        submit(fresh("again"), fresh("unbegun"), fresh("lost"));
        List<Job> held = take(wish(3));
        for (Job job : held) {
            get(jobs().cancel(job.id(), "me"));
        }
        assertThat(end(held.get(0), "x", new Next.Again(clock.wall()))).isTrue();
        assertThat(get(jobs().end(held.get(1).hold(), null, new Next.Unbegun())))
                .isTrue();
        clock.pass(LEASE);
        assertThat(take(wish(9))).isEmpty();
        for (Job job : held) {
            assertThat(seen(job.id()).state()).as(job.id()).isEqualTo(JobState.CANCELLED);
        }
    }

    @Test
    void listsNoMorePayloadsThanHaveRoomButOneAtLeast() throws Exception {
        String large = "x".repeat(900_000);
        for (int i = 0; i < 5; i++) {
            var payload = new TreeMap<>(Map.of("text", i == 0 ? large.repeat(3) : large));
            String queue = i % 2 == 0 ? "q" : "r";
            get(jobs().submit(List.of(new Fresh("j" + i, queue, payload, 0, null, clock.wall(), clock.wall())), 0));
        }
        assertThat(listed(ALL, 9, null)).containsExactly("j4", "j3");
        assertThat(get(jobs().list(ALL, 9, null)).more()).isTrue();
        assertThat(listed(ALL, 9, "j3")).containsExactly("j2", "j1");
        assertThat(listed(ALL, 9, "j1")).containsExactly("j0");
        assertThat(get(jobs().list(ALL, 9, "j1")).more()).isFalse();
        assertThat(get(jobs().list(ALL, 1, null)).more()).isTrue();
    }

    @Test
    void takesNoMorePayloadsThanHaveRoomAndTheRestAtOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            var payload = new TreeMap<>(Map.of("text", "x".repeat(900_000)));
            get(jobs().submit(List.of(new Fresh("j" + i, "q", payload, 0, null, clock.wall(), clock.wall())), 0));
        }
        Taken first = claim(wish(9));
        assertThat(ids(first.jobs())).containsExactly("j0", "j1", "j2");
        assertThat(first.next()).isEqualTo(clock.wall());
        assertThat(ids(take(wish(9)))).containsExactly("j3", "j4");
    }

    @Test
    void countsTheLatestFailuresByTheirKind() throws Exception {
        for (int i = 0; i < 3; i++) {
            submit(fresh("j" + i));
            fail(takeOne(), false);
        }
        submit(fresh("j3"));
        assertThat(end(takeOne(), Failure.OOM, new Next.Over(JobState.FAILED, false)))
                .isTrue();
        assertThat(get(jobs().failures("q", 9))).isEqualTo(Map.of(Failure.NETWORK, 3L, Failure.OOM, 1L));
        assertThat(get(jobs().failures("q", 2))).isEqualTo(Map.of(Failure.NETWORK, 1L, Failure.OOM, 1L));
        assertThat(get(jobs().failures("none", 9))).isEmpty();
    }

    @Test
    void tellsWhatAttemptsUsedSinceATime() throws Exception {
        var before = clock.wall().minusSeconds(3_600);
        submit(fresh("j0"));
        fail(takeOne(), false);
        submit(fresh("j1"));
        Job second = takeOne();
        Attempt made = attempt(second, null);
        succeed(second);
        List<Jobs.Used> used = get(jobs().used("q", before, 9, 9));
        assertThat(used).extracting(Jobs.Used::failure).containsExactlyInAnyOrder(Failure.NETWORK, null);
        assertThat(used).allSatisfy(u -> {
            assertThat(u.cpuSeconds()).isEqualTo(made.cpuSeconds());
            assertThat(u.peakBytes()).isEqualTo(made.peakBytes());
            assertThat(u.ended()).isAfterOrEqualTo(u.started());
        });
        assertThat(get(jobs().used("q", before, 1, 9)))
                .as("the latest job")
                .extracting(Jobs.Used::failure)
                .containsOnlyNulls();
        assertThat(get(jobs().used("q", before, 9, 1))).hasSize(1);
        assertThat(get(jobs().used("q", clock.wall().plusSeconds(3_600), 9, 9))).isEmpty();
        assertThat(get(jobs().used("none", before, 9, 9))).isEmpty();
    }

    @Test
    void listsTheLatestFirstPageByPage() throws Exception {
        for (int i = 0; i < 7; i++) {
            submit(fresh("j" + i));
        }
        get(jobs().submit(List.of(new Fresh("other", "r", new TreeMap<>(), 0, null, clock.wall(), clock.wall())), 0));
        fail(takeOne(), false);
        succeed(takeOne());
        takeOne();
        get(jobs().cancel("j3", "me"));
        assertThat(listed(ALL, 3, null)).containsExactly("other", "j6", "j5");
        assertThat(listed(ALL, 3, "j5")).containsExactly("j4", "j3", "j2");
        assertThat(listed(ALL, 3, "j2")).containsExactly("j1", "j0");
        assertThat(listed(new Which("q", null, null), 2, null)).containsExactly("j6", "j5");
        assertThat(listed(new Which("q", JobState.QUEUED, null), 9, "j6")).containsExactly("j5", "j4");
        assertThat(listed(new Which(null, JobState.RUNNING, null), 9, null)).containsExactly("j2");
        assertThat(listed(new Which(null, JobState.SUCCEEDED, null), 9, null)).containsExactly("j1");
        assertThat(listed(new Which("q", JobState.FAILED, Failure.NETWORK), 9, null))
                .containsExactly("j0");
        assertThat(listed(new Which("q", null, Failure.OOM), 9, null)).isEmpty();
        assertThat(listed(new Which("none", null, null), 9, null)).isEmpty();
        assertThatThrownBy(() -> listed(ALL, 3, "gone"))
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void whatFailedOrWasCancelledCanBeAskedForAgain() throws Exception {
        for (int i = 0; i < 450; i++) {
            submit(keyed("j" + i, i < 5 ? "k" : null));
        }
        for (Job job : take(wish(448))) {
            fail(job, false);
        }
        get(jobs().cancel("j448", "me"));
        succeed(takeOne());
        assertThat(get(jobs().retry(new Which(null, null, Failure.OOM), null))).isZero();
        assertThat(get(jobs().retry(ALL, "j449"))).isZero();
        assertThat(get(jobs().retry(new Which("r", null, null), "j0"))).isZero();
        assertThat(get(jobs().retry(ALL, "j0"))).isEqualTo(1);
        assertThat(seen("j0"))
                .extracting(Seen::state, Seen::attempt, Seen::failure, Seen::ended)
                .containsExactly(JobState.QUEUED, 0, null, null);
        assertThat(seen("j0").attempts()).as("what was tried is kept").hasSize(1);
        assertThat(get(jobs().retry(new Which("q", JobState.FAILED, Failure.NETWORK), null)))
                .isEqualTo(447);
        assertThat(get(jobs().retry(ALL, null))).isEqualTo(1);
        assertThat(health())
                .extracting(Jobs.Health::waiting, Jobs.Health::failedKept)
                .containsExactly(449L, 0L);
        List<Job> again = take(wish(999));
        assertThat(again).hasSize(449);
        assertThat(again.getFirst().id()).isEqualTo("j0");
        assertThat(again.getFirst().attempt()).isEqualTo(1);
        fail(again.getFirst(), false);
        assertThat(seen("j0").attempts()).hasSize(2);
    }

    @Test
    void nothingComesBackIntoADrainedQueue() throws Exception {
        submit(fresh("a"), fresh("b"));
        get(jobs().submit(List.of(new Fresh("c", "r", new TreeMap<>(), 0, null, clock.wall(), clock.wall())), 0));
        for (Job job : take(wish(2))) {
            fail(job, false);
        }
        fail(take(new Wish("r", "host1", 1, LEASE, 0, 0, 0)).getFirst(), false);
        get(jobs().gate("q", Gate.DRAINED, "me"));
        assertThat(get(jobs().retry(ALL, "a"))).isZero();
        assertThat(get(jobs().retry(new Which("q", null, null), null))).isZero();
        assertThat(get(jobs().retry(ALL, null))).as("the other queue's").isEqualTo(1);
        assertThat(health().waiting()).isZero();
        get(jobs().gate("q", Gate.OPEN, "me"));
        assertThat(get(jobs().retry(ALL, null))).isEqualTo(2);
    }

    @Test
    void aQueueIsKnownByItsNameAsLongAsItsRowIsThere() throws Exception {
        assertThat(get(jobs().queues())).isEmpty();
        submit(fresh("a"));
        get(jobs().submit(List.of(new Fresh("c", "gone", new TreeMap<>(), 0, null, clock.wall(), clock.wall())), 0));
        assertThat(get(jobs().queues())).containsExactly("gone", "q");
        assertThat(listed(new Which("gone", null, null), 9, null)).containsExactly("c");
    }

    @Test
    void oneIdForTwoQueuesFailsThatJobAloneWhoeverIsFirst() throws Exception {
        var told = new ArrayList<CompletableFuture<List<Accepted>>>();
        for (int round = 0; round < 8; round++) {
            for (String queue : List.of("q", "r")) {
                var batch = new ArrayList<Fresh>();
                for (int i = 0; i < 50; i++) { // the tenth of each is the other's, too
                    String id = i % 10 == 9 ? "both" + round + "-" + i : queue + round + "-" + i;
                    batch.add(new Fresh(id, queue, new TreeMap<>(), 0, null, clock.wall(), clock.wall()));
                }
                if (queue.equals("r")) {
                    Collections.reverse(batch); // each waits for what the other has
                }
                told.add((queue.equals("q") ? jobs() : elsewhere()).submit(batch, 0));
            }
        }
        int refused = 0;
        for (var batch : told) {
            for (Accepted a : get(batch)) {
                if (a instanceof Accepted.Refused(String id, String why, boolean conflict)) {
                    assertThat(id).startsWith("both");
                    assertThat(conflict).as(why).isTrue();
                    refused++;
                } else {
                    assertThat(a).isInstanceOf(Accepted.New.class);
                }
            }
        }
        assertThat(refused).isEqualTo(8 * 5);
    }

    @Test
    void whatIsOverCanBeForgotten() throws Exception {
        for (int i = 0; i < 300; i++) {
            submit(fresh("j" + i));
        }
        List<Job> held = take(wish(290));
        for (Job job : held.subList(0, 280)) {
            succeed(job);
        }
        assertThat(get(jobs().forget(ALL, "j295"))).as("it waits").isZero();
        assertThat(get(jobs().forget(ALL, "j285"))).as("it runs").isZero();
        assertThat(get(jobs().forget(ALL, "j0"))).isEqualTo(1);
        assertThat(get(jobs().job("j0"))).isNull();
        assertThat(get(jobs().forget(new Which(null, JobState.FAILED, null), null)))
                .isZero();
        assertThat(get(jobs().forget(ALL, null))).isEqualTo(279);
        assertThat(listed(ALL, 999, null)).hasSize(20);
        assertThat(get(jobs().end(held.getFirst().hold(), attempt(held.getFirst(), null), new Next.Unbegun())))
                .isFalse();
    }

    // ── whom to tell ──

    @Test
    void anEndIsToldUntilItIsDone() throws Exception {
        submit(fresh("a"), fresh("quiet"));
        Job job = takeOne();
        fail(job, true);
        succeed(takeOne());
        List<Jobs.Notice> due = get(jobs().notices(9, LEASE));
        assertThat(due).hasSize(1);
        assertThat(due.getFirst().tries()).isZero();
        assertThat(due.getFirst().job())
                .extracting(Seen::id, Seen::state, Seen::failure, Seen::attempt, Seen::ended)
                .containsExactly("a", JobState.FAILED, Failure.NETWORK, 1, clock.wall());
        assertThat(due.getFirst().job().attempts()).hasSize(1);
        assertThat(get(elsewhere().notices(9, LEASE))).as("it is somebody's").isEmpty();
        clock.pass(LEASE);
        due = get(elsewhere().notices(9, LEASE));
        assertThat(due).singleElement().matches(n -> n.tries() == 1);
        get(jobs().noticed(due.getFirst().id(), clock.wall().plusSeconds(600)));
        clock.pass(LEASE);
        assertThat(get(jobs().notices(9, LEASE))).isEmpty();
        get(jobs().retry(ALL, "a"));
        clock.set(Duration.ofDays(-9));
        assertThat(get(jobs().notices(9, LEASE))).as("no sooner than was meant").isEmpty();
        clock.pass(Duration.ofMinutes(10));
        due = get(jobs().notices(9, LEASE));
        assertThat(due).singleElement().matches(n -> n.tries() == 2);
        assertThat(due.getFirst().job().state()).as("as it was then").isEqualTo(JobState.FAILED);
        assertThat(get(jobs().noticed(due.getFirst().id(), null))).isTrue();
        clock.pass(LEASE);
        assertThat(get(jobs().notices(9, LEASE))).isEmpty();
    }

    @Test
    void whatIsStillToBeToldIsKept() throws Exception {
        submit(fresh("a"), fresh("b"));
        fail(takeOne(), true);
        fail(takeOne(), false);
        clock.pass(Duration.ofDays(30));
        assertThat(get(jobs().tidy("q", clock.wall(), clock.wall(), 0))).isEqualTo(1);
        assertThat(get(jobs().forget(ALL, null))).isZero();
        assertThat(get(jobs().notices(9, LEASE))).singleElement().satisfies(n -> {
            assertThat(n.job().id()).isEqualTo("a");
            get(jobs().noticed(n.id(), null));
        });
        assertThat(get(jobs().tidy("q", clock.wall(), clock.wall(), 0))).isEqualTo(1);
    }

    // ── old ones, and how it is ──

    @Test
    void tidyingTakesTheOldestFirstByAgeAndByNumber() throws Exception {
        for (int i = 0; i < 10; i++) {
            submit(fresh("j" + i));
            succeed(takeOne());
            clock.pass(Duration.ofMinutes(1));
        }
        Instant old = clock.wall().minus(Duration.ofMinutes(8));
        assertThat(get(jobs().tidy("q", old, old, 100))).isEqualTo(2);
        assertThat(get(jobs().tidy("q", old, old, 100))).isZero();
        assertThat(get(jobs().tidy("q", old, old, 5))).isEqualTo(3);
        assertThat(listed(ALL, 99, null)).containsExactly("j9", "j8", "j7", "j6", "j5");
        assertThat(get(jobs().tidy("none", old, old, 5))).isZero();
    }

    @Test
    void whatFailedIsKeptAsLongAsIsSaidOfIt() throws Exception {
        for (int i = 0; i < 6; i++) {
            submit(fresh("j" + i));
            if (i % 2 == 0) {
                fail(takeOne(), false);
            } else {
                succeed(takeOne());
            }
            clock.pass(Duration.ofMinutes(1));
        }
        Instant old = clock.wall().minus(Duration.ofMinutes(3));
        assertThat(get(jobs().tidy("q", clock.wall(), old, 100))).isEqualTo(5);
        assertThat(listed(ALL, 99, null)).containsExactly("j4");
    }

    @Test
    void healthCountsWhatIsAndWhatWasWithinTheWindow() throws Exception {
        assertThat(health()).isEqualTo(new Jobs.Health("q", Gate.OPEN, 0, 0, 0, null, 0, 0, 0, 0));
        for (int i = 0; i < 6; i++) {
            submit(fresh("j" + i));
        }
        submit(at("delayed", clock.wall(), clock.wall().plusSeconds(3600)));
        Instant came = clock.wall();
        succeed(takeOne());
        clock.pass(Duration.ofMinutes(11));
        fail(takeOne(), false);
        succeed(takeOne());
        assertThat(end(takeOne(), "x", new Next.Again(clock.wall().plusSeconds(60))))
                .isTrue();
        takeOne();
        assertThat(health()).isEqualTo(new Jobs.Health("q", Gate.OPEN, 3, 2, 1, came, 1, 1, 3, 1));
        var both = get(jobs().health(List.of("none", "q"), Duration.ofHours(1)));
        assertThat(both.getFirst().queue()).isEqualTo("none");
        assertThat(both.getLast().succeeded()).isEqualTo(2);
        takeOne();
        assertThat(health().oldest()).isNull();
        clock.pass(Duration.ofMinutes(1));
        assertThat(health().oldest()).as("due, and claimed by nobody").isEqualTo(clock.wall());
        assertThat(health().delayed()).isEqualTo(1);
    }

    @Test
    void twoHostsNeverHaveTheSameJob() throws Exception {
        var all = new ArrayList<String>();
        for (int i = 0; i < 400; i++) {
            all.add("j" + i);
        }
        submit(all.stream().map(id -> keyed(id, "k" + id.length())).toArray(Fresh[]::new));
        var asked = new ArrayList<CompletableFuture<Taken>>();
        for (int i = 0; i < 100; i++) {
            asked.add(jobs().claim(bounded(2, 150)));
            asked.add(elsewhere().claim(new Wish("q", "host2", 2, LEASE, 150, 0, 0)));
        }
        var taken = new ArrayList<String>();
        for (var a : asked) {
            taken.addAll(ids(get(a).jobs()));
        }
        assertThat(taken).doesNotHaveDuplicates();
        assertThat(taken).as("10 and 90, and of the others 150").hasSize(250);
        var held = new ArrayList<>(ids(get(jobs().held("host1"))));
        held.addAll(ids(get(jobs().held("host2"))));
        Collections.sort(held);
        Collections.sort(taken);
        assertThat(held).isEqualTo(taken);
    }

    // ── against the model ──

    /** How many random walks; each has its own queues and jobs, in the same store. */
    abstract int walks();

    @Test
    @Timeout(300)
    void saysWhatTheModelSaysAtEachStepOfRandomWalks() throws Exception {
        long first = Long.getLong("holdfast.seed", 1);
        for (long seed = first; seed < first + walks(); seed++) {
            try {
                new JobsWalk(seed, clock, List.of(jobs(), elsewhere()), "w" + seed + "-").go(200);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
