package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of jobs does, whatever database it is in. */
abstract class JobsContract extends JobsHoldContract {
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
        for (int i = 2; i < 30; i++) {
            submit(fresh("j" + i)); // a backlog of later ones hides nothing
        }
        List<Jobs.Used> used = get(jobs().used("q", before, 9));
        assertThat(used).extracting(Jobs.Used::failure).containsExactlyInAnyOrder(Failure.NETWORK, null);
        assertThat(used)
                .extracting(Jobs.Used::ended)
                .as("the last first")
                .isSortedAccordingTo(java.util.Comparator.reverseOrder());
        assertThat(used).allSatisfy(u -> {
            assertThat(u.cpuSeconds()).isEqualTo(made.cpuSeconds());
            assertThat(u.peakBytes()).isEqualTo(made.peakBytes());
            assertThat(u.ended()).isAfterOrEqualTo(u.started());
        });
        assertThat(get(jobs().used("q", before, 1))).containsExactly(used.getFirst());
        assertThat(get(jobs().used("q", clock.wall().plusSeconds(3_600), 9))).isEmpty();
        assertThat(get(jobs().used("none", before, 9))).isEmpty();
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
    void healthCountsWhatWaitsBehindOthersOfItsKey() throws Exception {
        submit(keyed("a", "k"), keyed("b", "k"), keyed("c", "k"), fresh("d"));
        assertThat(take(bounded(1, 1))).hasSize(1);
        assertThat(health())
                .returns(3L, Jobs.Health::waiting)
                .returns(2L, Jobs.Health::heldBack)
                .returns(1L, Jobs.Health::running);
    }

    @Test
    void healthCountsWhatIsAndWhatWasWithinTheWindow() throws Exception {
        assertThat(health()).isEqualTo(new Jobs.Health("q", Gate.OPEN, 0, 0, 0, 0, null, 0, 0, 0, 0));
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
        assertThat(health()).isEqualTo(new Jobs.Health("q", Gate.OPEN, 3, 2, 0, 1, came, 1, 1, 3, 1));
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
