package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.PullSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Decisions one by one; whole lives are in {@link SimulationTest}. */
class QueuesDecisionTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final String NAME = SomeQueues.DOWNLOADS.name(); // two places, 60 s, idle 60 s, TERM and 5 s

    private int ids;
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private MonoTime mono = new MonoTime(1_000_000_000L);
    private Queues queues = queues(SomeQueues.DOWNLOADS);

    private Queues queues(QueueSpec... specs) {
        return new Queues(byName(specs), "here", LEASE, () -> new InstanceId("i" + ++ids));
    }

    private static SortedMap<String, QueueSpec> byName(QueueSpec... specs) {
        var all = new TreeMap<String, QueueSpec>();
        List.of(specs).forEach(s -> all.put(s.name(), s));
        return all;
    }

    @BeforeEach
    void begin() {
        assertThat(tell(new Stimulus.Begin(List.of()))).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 2));
    }

    private List<Action> tell(Stimulus stimulus) {
        return queues.apply(stimulus, new Now(wall, mono));
    }

    private void pass(Duration time) {
        mono = mono.plus(time);
        wall = wall.plus(time);
    }

    /** Everything that time alone brings about, up to then. */
    private List<Action> passTo(Duration time) {
        MonoTime to = mono.plus(time);
        var all = new ArrayList<Action>();
        while (!to.isBefore(queues.nextDeadline())) {
            pass(queues.nextDeadline().since(mono));
            all.addAll(tell(new Stimulus.Tick()));
        }
        pass(to.since(mono));
        return all;
    }

    private static Job job(String id, int attempt) {
        return new Job(
                id,
                NAME,
                new TreeMap<>(Map.of("url", "http://" + id)),
                0,
                null,
                Instant.EPOCH,
                attempt,
                new Hold(id, attempt));
    }

    private List<Action> taken(Job... jobs) {
        return tell(new Stimulus.Taken(NAME, List.of(jobs), null));
    }

    private static <A> A only(List<Action> actions, Class<A> kind) {
        List<A> found =
                actions.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).as(kind + " in " + actions).hasSize(1);
        return found.getFirst();
    }

    private InstanceId running(Job job) {
        InstanceId id = only(taken(job), Action.Prepare.class).instance();
        only(tell(new Stimulus.Prepared(id, "/work/" + id)), Action.Launch.class);
        return id;
    }

    private List<Action> ended(InstanceId id, Outcome outcome) {
        assertThat(tell(new Stimulus.Exited(id, outcome, null))).containsExactly(new Action.Kill(id));
        assertThat(tell(new Stimulus.Emptied(id))).containsExactly(new Action.ReadOutput(id));
        return tell(new Stimulus.Output(id, "said", "said"));
    }

    // ── a life ──

    @Test
    void aJobIsPreparedRunDeliveredToldAndCleanedInThisOrder() {
        InstanceId id = only(taken(job("a", 1)), Action.Prepare.class).instance();
        Action.Launch launch = only(tell(new Stimulus.Prepared(id, "/work/a")), Action.Launch.class);
        assertThat(launch.argv()).endsWith("--output", "/work/a/%(id)s.%(ext)s", "--", "http://a");
        assertThat(launch.environment()).containsEntry("HOLDFAST_WORKDIR", "/work/a");
        assertThat(launch.workdir()).isEqualTo("/work/a");
        Action.Deliver deliver = only(ended(id, new Outcome.Exited(0)), Action.Deliver.class);
        assertThat(deliver.to()).isEqualTo("/srv/bot/storage/ready/a");
        assertThat(deliver.files()).isEqualTo("*");
        Action.End end = only(tell(new Stimulus.Delivered(id)), Action.End.class);
        assertThat(end.next()).isEqualTo(new Next.Over(JobState.SUCCEEDED, true));
        assertThat(Objects.requireNonNull(end.attempt()).output()).isEqualTo("said");
        List<Action> kept = tell(new Stimulus.Kept(end.job().hold(), true));
        assertThat(only(kept, Action.Ended.class).attempt().exitCode()).isZero();
        assertThat(only(kept, Action.Clean.class).keep()).isFalse();
        assertThat(queues.knows(id)).isTrue();
        tell(new Stimulus.Cleaned(id));
        assertThat(queues.knows(id)).isFalse();
    }

    @Test
    void whatIsTakenWithoutAPlaceGoesBack() {
        List<Action> actions = taken(job("a", 1), job("b", 1), job("c", 1));
        assertThat(actions.stream().filter(Action.Prepare.class::isInstance)).hasSize(2);
        Action.End end = only(actions, Action.End.class);
        assertThat(end.job().id()).isEqualTo("c");
        assertThat(end.attempt()).isNull();
        assertThat(end.next()).isEqualTo(new Next.Unbegun());
    }

    @Test
    void holdsNobodyWhoCouldNotBeginSinceADirectoryIsStillThere() {
        InstanceId id = running(job("a", 1)); // one of two: there is no more
        assertThat(passTo(LEASE.dividedBy(2)).stream().filter(Action.Claim.class::isInstance))
                .isEmpty();
        assertThat(tell(new Stimulus.Arrived(NAME))).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 1));
        only(taken(job("b", 1)), Action.Prepare.class); // as many as were asked for
        List<Action> over = ended(id, new Outcome.Exited(1));
        Action.End end = only(over, Action.End.class);
        assertThat(over).noneMatch(Action.Claim.class::isInstance);
        assertThat(tell(new Stimulus.Kept(end.job().hold(), true))).noneMatch(Action.Claim.class::isInstance);
        assertThat(tell(new Stimulus.Cleaned(id))).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 1));
    }

    @Test
    void asksWhenSomethingIsDue() {
        tell(new Stimulus.Taken(NAME, List.of(), wall.plusSeconds(7)));
        assertThat(passTo(Duration.ofMillis(6_999))).isEmpty();
        assertThat(passTo(Duration.ofMillis(1))).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 2));
    }

    @Test
    void asksWhenItsOwnRetryIsDue() {
        InstanceId id = running(job("a", 1));
        Action.End end = only(ended(id, new Outcome.Signalled(11, false)), Action.End.class);
        Instant due = ((Next.Again) end.next()).notBefore();
        tell(new Stimulus.Kept(end.job().hold(), true));
        assertThat(tell(new Stimulus.Cleaned(id))).isEmpty();
        Duration left = Duration.between(wall, due);
        assertThat(passTo(left.minusMillis(1))).isEmpty();
        assertThat(passTo(Duration.ofMillis(1))).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 2));
    }

    @Test
    void asksWhenAKeyIsFree() {
        Job of = job("a", 1);
        var keyed = new Job("a", NAME, of.payload(), 0, "someone", of.submitted(), 1, of.hold());
        InstanceId id = running(keyed);
        Action.End end = only(ended(id, new Outcome.Exited(1)), Action.End.class);
        only(tell(new Stimulus.Kept(end.job().hold(), true)), Action.Claim.class);
    }

    @Test
    void whatArrivesWhileTheStoreIsAskedIsAskedForAfterwards() {
        tell(new Stimulus.Arrived(NAME));
        assertThat(taken()).containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 2));
    }

    // ── the store is away ──

    @Test
    void asksAStoreThatIsDownLessAndLessOftenUntilSomethingArrives() {
        var pauses = new ArrayList<Duration>();
        for (int i = 0; i < 12; i++) {
            tell(new Stimulus.ClaimFailed(NAME, "no route"));
            MonoTime from = mono;
            assertThat(queues.view(NAME).orElseThrow().trouble()).isEqualTo("no route");
            only(passTo(queues.nextDeadline().since(mono)), Action.Claim.class);
            pauses.add(mono.since(from));
        }
        assertThat(pauses).isSorted().startsWith(Duration.ofMillis(250)).endsWith(Duration.ofSeconds(30));
        tell(new Stimulus.ClaimFailed(NAME, "no route"));
        only(tell(new Stimulus.Arrived(NAME)), Action.Claim.class);
        taken();
        assertThat(queues.view(NAME).orElseThrow().trouble()).isNull();
    }

    @Test
    void nothingIsBegunByWhoStoodStillForALeaseBeforeTheStoreConfirmsIt() {
        InstanceId id = only(taken(job("a", 1)), Action.Prepare.class).instance();
        pass(LEASE);
        assertThat(tell(new Stimulus.Prepared(id, "/work/a")))
                .containsExactly(new Action.Renew(List.of(job("a", 1).hold())));
        only(tell(new Stimulus.Renewed(List.of(), List.of())), Action.Launch.class);
    }

    @Test
    void nothingIsTakenByWhoStoodStillForALeaseBeforeTheStoreConfirmsWhatItHolds() {
        running(job("a", 1));
        pass(LEASE);
        List<Action> actions = tell(new Stimulus.Arrived(NAME));
        only(actions, Action.Renew.class);
        assertThat(actions.stream().filter(Action.Claim.class::isInstance)).isEmpty();
        only(tell(new Stimulus.Renewed(List.of(), List.of())), Action.Claim.class);
    }

    @Test
    void ofTwoAttemptsAtOneJobTheEarlierOneIsEnded() {
        InstanceId id = running(job("a", 1));
        List<Action> actions = taken(job("a", 2));
        assertThat(actions).contains(new Action.Lost(id, job("a", 1)), new Action.Kill(id));
        only(actions, Action.Prepare.class);
    }

    @Test
    void aHoldThatWasTakenAwayEndsTheAttemptAtOnceAndNothingOfItIsWritten() {
        InstanceId id = running(job("a", 1));
        only(passTo(LEASE.dividedBy(3)), Action.Renew.class);
        assertThat(tell(new Stimulus.Renewed(List.of(job("a", 1).hold()), List.of())))
                .containsExactly(new Action.Lost(id, job("a", 1)), new Action.Kill(id));
        tell(new Stimulus.Exited(id, new Outcome.Exited(0), null));
        assertThat(tell(new Stimulus.Emptied(id))).containsExactly(new Action.Clean(id, job("a", 1), false));
    }

    @Test
    void anEndThatTheStoreHasAndDidNotAnswerIsNotRenewed() {
        InstanceId id = running(job("a", 1));
        running(job("b", 1));
        Action.End end = only(ended(id, new Outcome.Exited(1)), Action.End.class);
        Hold told = end.job().hold();
        only(passTo(LEASE.dividedBy(3)), Action.Renew.class);
        assertThat(tell(new Stimulus.Renewed(List.of(told), List.of()))).isEmpty();
        assertThat(only(passTo(LEASE.dividedBy(3)), Action.Renew.class).holds())
                .containsExactly(job("b", 1).hold());
        only(tell(new Stimulus.Kept(told, true)), Action.Ended.class);
    }

    @Test
    void anAttemptBeyondTheLastIsNotMade() {
        Action.End end = only(taken(job("a", 4)), Action.End.class);
        Attempt attempt = Objects.requireNonNull(end.attempt());
        assertThat(attempt.failure()).isEqualTo(Failure.LOST);
        assertThat(attempt.started()).isNull();
        assertThat(end.next()).isEqualTo(new Next.Over(JobState.FAILED, true));
    }

    // ── it is ended ──

    @Test
    void silenceIsAskedForOnlyWhenItCouldBeTooLong() {
        queues = queues(SomeQueues.of(
                NAME,
                List.of("run", "--", "{url}"),
                2,
                null,
                null,
                null,
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                SomeQueues.DOWNLOADS.workdir(),
                null,
                SomeQueues.DOWNLOADS.retry(),
                true));
        tell(new Stimulus.Begin(List.of()));
        InstanceId id = running(job("a", 1));
        MonoTime started = mono;
        assertThat(quiet(Duration.ofSeconds(59))).isEmpty();
        assertThat(quiet(Duration.ofSeconds(1))).containsExactly(new Action.AskOutput(id));
        assertThat(tell(new Stimulus.LastOutput(id, started.plus(Duration.ofSeconds(40)))))
                .isEmpty();
        assertThat(quiet(Duration.ofSeconds(39))).isEmpty();
        assertThat(quiet(Duration.ofSeconds(1))).containsExactly(new Action.AskOutput(id));
        assertThat(tell(new Stimulus.LastOutput(id, started.plus(Duration.ofSeconds(40)))))
                .containsExactly(new Action.SendSignal(id, Signal.TERM));
        assertThat(quiet(Duration.ofSeconds(5))).containsExactly(new Action.Kill(id));
        Action.End end = only(ended(id, new Outcome.Signalled(9, false)), Action.End.class);
        Attempt attempt = Objects.requireNonNull(end.attempt());
        assertThat(attempt.failure()).isEqualTo(Failure.TIMEOUT);
        assertThat(attempt.detail()).isEqualTo("no output for 1m, ended by SIGKILL");
    }

    /** What passes beside renewals and claims, which are answered. */
    private List<Action> quiet(Duration time) {
        var all = new ArrayList<Action>();
        MonoTime to = mono.plus(time);
        while (!to.isBefore(queues.nextDeadline())) {
            pass(queues.nextDeadline().since(mono));
            for (Action a : tell(new Stimulus.Tick())) {
                switch (a) {
                    case Action.Renew _ -> tell(new Stimulus.Renewed(List.of(), List.of()));
                    case Action.Claim _ -> taken();
                    default -> all.add(a);
                }
            }
        }
        pass(to.since(mono));
        return all;
    }

    @Test
    void aCancelEndsItWithItsGraceAndForGood() {
        InstanceId id = running(job("a", 1));
        assertThat(tell(new Stimulus.Cancel("a"))).containsExactly(new Action.SendSignal(id, Signal.TERM));
        Action.End end = only(ended(id, new Outcome.Exited(0)), Action.End.class);
        assertThat(end.next()).isEqualTo(new Next.Over(JobState.CANCELLED, false));
    }

    @Test
    void aCancelBeforeItsBeginningKeepsItFromBeginning() {
        InstanceId id = only(taken(job("a", 1)), Action.Prepare.class).instance();
        assertThat(tell(new Stimulus.Cancel("a"))).isEmpty();
        Action.End end = only(tell(new Stimulus.Prepared(id, "/work/a")), Action.End.class);
        assertThat(end.next()).isEqualTo(new Next.Over(JobState.CANCELLED, false));
        only(tell(new Stimulus.Kept(end.job().hold(), true)), Action.Clean.class);
    }

    @Test
    void aShutdownGivesBackWhatItInterruptsAndWaitsForTheStoresAnswer() {
        InstanceId id = running(job("a", 1));
        tell(new Stimulus.Arrived(NAME)); // a claim is under way
        assertThat(tell(new Stimulus.ShutDown())).containsExactly(new Action.SendSignal(id, Signal.TERM));
        Action.End late = only(taken(job("b", 1)), Action.End.class);
        assertThat(late.next()).isEqualTo(new Next.Unbegun());
        Action.End end = only(ended(id, new Outcome.Exited(0)), Action.End.class);
        assertThat(end.attempt()).isNull();
        assertThat(end.next()).isEqualTo(new Next.Unbegun());
        only(tell(new Stimulus.Kept(end.job().hold(), true)), Action.GivenBack.class);
        assertThat(tell(new Stimulus.Cleaned(id))).isEmpty();
        assertThat(tell(new Stimulus.Kept(late.job().hold(), true)))
                .containsExactly(
                        new Action.GivenBack(late.instance(), late.job(), "the daemon shuts down"),
                        new Action.Drained());
    }

    // ── the next daemon ──

    @Test
    void whatItHeldAndDoesNotFindWasLost() {
        queues = queues(SomeQueues.DOWNLOADS);
        List<Action> actions = tell(new Stimulus.Begin(List.of(job("a", 1))));
        Action.End end = only(actions, Action.End.class);
        assertThat(Objects.requireNonNull(end.attempt()).failure()).isEqualTo(Failure.LOST);
        assertThat(end.next()).isInstanceOf(Next.Again.class);
    }

    @Test
    void anAdoptedJobGoesOnAndKeepsItsTimeout() {
        queues = queues(SomeQueues.DOWNLOADS);
        var id = new InstanceId("old");
        assertThat(tell(new Stimulus.Adopt(id, job("a", 1), "/work/old", true, Duration.ofSeconds(59))))
                .isEmpty();
        assertThat(tell(new Stimulus.Begin(List.of(job("a", 1)))))
                .containsExactly(new Action.Renew(List.of(job("a", 1).hold())));
        assertThat(tell(new Stimulus.Renewed(List.of(), List.of())))
                .containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 1));
        taken();
        assertThat(quiet(Duration.ofSeconds(1))).containsExactly(new Action.SendSignal(id, Signal.TERM));
    }

    @Test
    void anAdoptedJobWithoutItsQueueIsStoppedAndGivenBack() {
        queues = queues();
        var id = new InstanceId("old");
        assertThat(tell(new Stimulus.Adopt(id, job("a", 1), "/work/old", true, Duration.ZERO)))
                .containsExactly(new Action.SendSignal(id, Signal.TERM));
        tell(new Stimulus.Begin(List.of(job("a", 1))));
        Action.End end = only(ended(id, new Outcome.Signalled(15, false)), Action.End.class);
        assertThat(end.next()).isEqualTo(new Next.Unbegun());
    }

    @Test
    void anAdoptedJobTakesItsPlaceWhenItsQueueIsConfiguredAgain() {
        queues = queues();
        tell(new Stimulus.Adopt(new InstanceId("old"), job("a", 1), "/work/old", true, Duration.ZERO));
        tell(new Stimulus.Begin(List.of(job("a", 1))));
        tell(new Stimulus.Renewed(List.of(), List.of()));
        assertThat(tell(new Stimulus.Reload(byName(SomeQueues.DOWNLOADS))))
                .containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 1));
    }

    @Test
    void whatEndedBeforeTheStoreSaidWhatIsHeldIsNotLost() {
        queues = queues(SomeQueues.DOWNLOADS);
        var id = new InstanceId("old");
        tell(new Stimulus.Adopt(id, job("a", 1), "/work/old", true, Duration.ZERO));
        Action.End end = only(ended(id, new Outcome.Exited(1)), Action.End.class);
        tell(new Stimulus.Kept(end.job().hold(), true));
        tell(new Stimulus.Cleaned(id));
        assertThat(tell(new Stimulus.Begin(List.of(job("a", 1)))))
                .containsExactly(new Action.Claim(SomeQueues.DOWNLOADS, 2));
    }

    @Test
    void aShutdownDoesNotWaitForAStoreThatIsDownToDeliver() {
        InstanceId id = running(job("a", 1));
        pass(LEASE);
        only(tell(new Stimulus.Tick()), Action.Renew.class);
        assertThat(ended(id, new Outcome.Exited(0))).isEmpty(); // to be delivered when that is answered
        assertThat(tell(new Stimulus.ShutDown())).isEmpty();
        Action.End end = only(tell(new Stimulus.NotRenewed("no route")), Action.End.class);
        assertThat(end.next()).isEqualTo(new Next.Unbegun());
    }

    @Test
    void whatIsNotDeliveredSinceItsLeaseWasOverIsGivenBack() {
        InstanceId id = running(job("a", 1));
        Action.Deliver deliver = only(ended(id, new Outcome.Exited(0)), Action.Deliver.class);
        pass(LEASE);
        assertThat(deliver.sureUntil().get()).isLessThanOrEqualTo(mono);
        List<Action> actions = tell(new Stimulus.NotDelivered(id, "it was given up"));
        Action.End end = (Action.End) actions.stream()
                .filter(a -> a instanceof Action.End)
                .findFirst()
                .orElseThrow();
        assertThat(end.next()).isEqualTo(new Next.Unbegun());
    }

    @Test
    void whatWorkersPullIsLeftToThem() {
        QueueSpec q = SomeQueues.DOWNLOADS;
        QueueSpec pulled = SomeQueues.pulled(q, new PullSpec(LEASE, null, null));
        queues = queues(pulled);
        assertThat(tell(new Stimulus.Begin(List.of(job("a", 1))))).isEmpty();
        assertThat(tell(new Stimulus.Arrived(NAME))).isEmpty();
        assertThat(queues.nextDeadline()).isEqualTo(MonoTime.NEVER);
    }
}
