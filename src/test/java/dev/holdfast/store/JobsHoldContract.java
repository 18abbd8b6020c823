package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Taken;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store of jobs grants to who holds one. */
abstract class JobsHoldContract extends JobsOrderContract {
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

    @Test
    void whatIsHeldBackFollowsItsKeyWhateverBecomesOfWhomItWaitsFor() throws Exception {
        submit(keyed("a", "k"), keyed("b", "k"), keyed("c", "k"), keyed("other", "l"));
        Wish there = new Wish("q", "host2", 9, LEASE, 1, 0, 0);
        List<Job> first = take(bounded(9, 1));
        assertThat(ids(first)).containsExactly("a", "other");
        assertThat(health().heldBack()).isEqualTo(2);
        assertThat(ids(get(elsewhere().claim(there)).jobs()))
                .as("held back everywhere")
                .isEmpty();

        get(jobs().end(first.getFirst().hold(), null, new Next.Unbegun()));
        assertThat(health()).returns(3L, Jobs.Health::waiting).returns(2L, Jobs.Health::heldBack);
        Job mine = get(elsewhere().claim(there)).jobs().getFirst();
        assertThat(mine.id()).isEqualTo("a");
        assertThat(health().heldBack()).isEqualTo(2);

        clock.pass(LEASE); // that host is silent
        Job again = take(bounded(1, 1)).getFirst();
        assertThat(again.id()).isEqualTo("a");
        assertThat(health().heldBack()).as("still one at a time").isEqualTo(2);
        assertThat(get(elsewhere().end(mine.hold(), attempt(mine, null), new Next.Over(JobState.SUCCEEDED, false))))
                .as("whose lease is over sets nobody free")
                .isFalse();
        assertThat(health().heldBack()).isEqualTo(2);

        end(again, Failure.NETWORK, new Next.Again(clock.wall().plusSeconds(600)));
        assertThat(ids(get(elsewhere().claim(there)).jobs())).contains("b");
        assertThat(health())
                .as("a is delayed, c waits for b")
                .returns(1L, Jobs.Health::delayed)
                .returns(1L, Jobs.Health::heldBack);
    }
}
