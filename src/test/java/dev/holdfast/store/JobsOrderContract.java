package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Accepted;
import dev.holdfast.store.Jobs.Cancelled;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of jobs does with what comes in: whether it is taken, in which order, and how many at once. */
abstract class JobsOrderContract extends JobsWords {
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
}
