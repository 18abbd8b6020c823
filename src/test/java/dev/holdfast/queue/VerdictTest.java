package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.QueueSpec.RetrySpec;
import dev.holdfast.config.QueueSpec.When;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.queue.Activity.Asked;
import dev.holdfast.queue.Activity.Ending;
import dev.holdfast.queue.Verdict.How;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Outcome KILLED = new Outcome.Signalled(9, false);

    private final QueueSpec contract = SomeQueues.DOWNLOADS; // network by pattern, process by any signal, timeout

    private static Job job(int attempt) {
        return new Job("j", "downloads", new TreeMap<>(), 0, null, NOW, attempt, new Hold("j", attempt));
    }

    private static How ran(Outcome outcome, String stderr) {
        return new How.Ran(outcome, null, null, null, stderr);
    }

    private static How exited(int code) {
        return ran(new Outcome.Exited(code), "");
    }

    private static How asked(Ending ending, @Nullable Kill limit) {
        return new How.Ran(KILLED, null, new Asked(ending, ""), limit, "");
    }

    private static How killedBy(Kill.By by) {
        return new How.Ran(KILLED, new Usage(Duration.ZERO, null, new Kill(by, 1, null)), null, null, "");
    }

    private Verdict of(How how) {
        return Verdict.of(how, contract, job(1), false, NOW);
    }

    private static QueueSpec with(int attempts, When... when) {
        return SomeQueues.with(
                SomeQueues.DOWNLOADS,
                new RetrySpec(attempts, Duration.ofSeconds(5), Duration.ofMinutes(2), 0.2, List.of(when)));
    }

    private static String failure(Verdict verdict) {
        return Objects.requireNonNullElse(verdict.failure(), "none");
    }

    private static boolean again(Verdict verdict) {
        return verdict.next() instanceof Next.Again;
    }

    @Test
    void exitZeroIsSuccess() {
        assertThat(of(exited(0)))
                .isEqualTo(new Verdict(null, "exited with 0", new Next.Over(JobState.SUCCEEDED, true)));
    }

    @Test
    void whatAnEntryNamesIsTriedAgain() {
        Verdict verdict = of(ran(new Outcome.Exited(1), "ERROR: Connection RESET by peer\n"));
        assertThat(failure(verdict)).isEqualTo(Failure.NETWORK);
        assertThat(again(verdict)).isTrue();
        assertThat(again(of(ran(new Outcome.Signalled(11, true), "")))).isTrue();
        assertThat(again(of(asked(Ending.TIMEOUT, null)))).isTrue();
    }

    @Test
    void everythingElseFailsAtOnce() {
        Verdict verdict = of(exited(1));
        assertThat(failure(verdict)).isEqualTo(Failure.PROCESS);
        assertThat(verdict.next()).isEqualTo(new Next.Over(JobState.FAILED, true));
        assertThat(again(of(asked(Ending.SIZE, null)))).isFalse();
        assertThat(again(of(new How.Failed(Failure.SPAWN, "no such file", null))))
                .isFalse();
        assertThat(again(of(new How.Failed(Failure.DELIVERY, "disk full", null))))
                .isFalse();
    }

    @Test
    void withoutEntriesEverythingIsTriedAgainButAPayloadThatDoesNotSuit() {
        QueueSpec any = with(2);
        for (String failure : Failure.RETRIABLE) {
            assertThat(again(Verdict.of(new How.Failed(failure, "", null), any, job(1), false, NOW)))
                    .as(failure)
                    .isTrue();
        }
        assertThat(again(Verdict.of(exited(3), any, job(1), false, NOW))).isTrue();
        assertThat(again(Verdict.of(new How.Failed(Failure.VALIDATION, "", null), any, job(1), false, NOW)))
                .isFalse();
    }

    @Test
    void theLastAttemptIsTheLast() {
        assertThat(again(Verdict.of(ran(new Outcome.Exited(1), "timed out"), contract, job(2), false, NOW)))
                .isTrue();
        Verdict last = Verdict.of(ran(new Outcome.Exited(1), "timed out"), contract, job(3), false, NOW);
        assertThat(last.failure()).isEqualTo(Failure.NETWORK);
        assertThat(last.next()).isEqualTo(new Next.Over(JobState.FAILED, true));
    }

    @Test
    void whatNobodySawTheEndOfIsTriedAgainWhateverIsConfigured() {
        Verdict verdict = of(ran(new Outcome.Unknown("ended while no daemon ran"), ""));
        assertThat(failure(verdict)).isEqualTo(Failure.LOST);
        assertThat(again(verdict)).isTrue();
        assertThat(again(Verdict.of(new How.Failed(Failure.LOST, "", null), with(1), job(1), false, NOW)))
                .isFalse();
    }

    @Test
    void theFirstEntryThatFitsNamesIt() {
        var full = new When("disk-full", "No space left", null, List.of());
        var code = new When("busy", null, null, List.of(75));
        QueueSpec spec = with(3, full, code);
        Verdict both = Verdict.of(ran(new Outcome.Exited(75), "No space left on device"), spec, job(1), false, NOW);
        assertThat(failure(both)).isEqualTo("disk-full");
        assertThat(failure(Verdict.of(exited(75), spec, job(1), false, NOW))).isEqualTo("busy");
        assertThat(failure(Verdict.of(exited(74), spec, job(1), false, NOW))).isEqualTo(Failure.PROCESS);
        QueueSpec signal = with(3, new When("crash", null, "SEGV", List.of()));
        assertThat(failure(Verdict.of(ran(new Outcome.Signalled(11, false), ""), signal, job(1), false, NOW)))
                .isEqualTo("crash");
        assertThat(failure(Verdict.of(ran(new Outcome.Signalled(6, false), ""), signal, job(1), false, NOW)))
                .isEqualTo(Failure.PROCESS);
    }

    @Test
    void patternsAreOfProgramsThatEndedByThemselves() {
        How ended = new How.Ran(KILLED, null, new Asked(Ending.TIMEOUT, "no end within 60s"), null, "timed out");
        Verdict verdict = of(ended);
        assertThat(failure(verdict)).isEqualTo(Failure.TIMEOUT);
        assertThat(verdict.detail()).isEqualTo("no end within 60s, ended by SIGKILL");
    }

    @Test
    void onlyTheEndOfItsErrorOutputIsLookedAt() {
        String late = "x".repeat(100_000);
        assertThat(failure(of(ran(new Outcome.Exited(1), "timed out" + late)))).isEqualTo(Failure.PROCESS);
        assertThat(failure(of(ran(new Outcome.Exited(1), late + "timed out")))).isEqualTo(Failure.NETWORK);
    }

    @Test
    void aPatternThatExplodesElsewhereDoesNotHere() {
        QueueSpec spec = with(2, new When("mine", "(a+)+$", null, List.of()));
        String hostile = "a".repeat(60_000) + "b";
        assertThat(failure(Verdict.of(ran(new Outcome.Exited(1), hostile), spec, job(1), false, NOW)))
                .isEqualTo(Failure.PROCESS);
    }

    @Test
    void memoryIsToldFromOtherKills() {
        assertThat(failure(of(killedBy(Kill.By.OWN_LIMIT)))).isEqualTo(Failure.OOM);
        assertThat(failure(of(killedBy(Kill.By.HOST)))).isEqualTo(Failure.OOM);
        assertThat(failure(of(killedBy(Kill.By.INNER_LIMIT)))).isEqualTo(Failure.PROCESS);
        assertThat(failure(of(asked(Ending.LIMIT, new Kill(Kill.By.WATCHED_MEMORY, 0, null)))))
                .isEqualTo(Failure.OOM);
        assertThat(failure(of(asked(Ending.LIMIT, new Kill(Kill.By.WATCHED_PIDS, 0, null)))))
                .isEqualTo(Failure.PROCESS);
    }

    @Test
    void aCancelEndsItForGoodUnlessItHadSucceeded() {
        var cancelled = new Next.Over(JobState.CANCELLED, false);
        assertThat(Verdict.of(asked(Ending.CANCELLED, null), contract, job(1), true, NOW)
                        .next())
                .isEqualTo(cancelled);
        assertThat(Verdict.of(asked(Ending.SHUT_DOWN, null), contract, job(1), true, NOW)
                        .next())
                .isEqualTo(cancelled);
        assertThat(Verdict.of(exited(1), contract, job(1), true, NOW).next()).isEqualTo(cancelled);
        assertThat(Verdict.of(exited(0), contract, job(1), true, NOW).next())
                .isEqualTo(new Next.Over(JobState.SUCCEEDED, true));
    }

    @Test
    void anInterruptionIsNoAttempt() {
        assertThat(Verdict.of(asked(Ending.SHUT_DOWN, null), contract, job(1), false, NOW)
                        .next())
                .isEqualTo(new Next.Unbegun());
        assertThat(Verdict.of(asked(Ending.UNCONFIGURED, null), null, job(9), false, NOW)
                        .next())
                .isEqualTo(new Next.Unbegun());
    }

    @Test
    void pausesDoubleUpToTheirBoundAndSpread() {
        RetrySpec retry = contract.retry(); // 5s, at most 2m, 20 %
        assertThat(Verdict.pause(retry, job(1))).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
        assertThat(Verdict.pause(retry, job(2))).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(12));
        assertThat(Verdict.pause(retry, job(90))).isBetween(Duration.ofSeconds(96), Duration.ofSeconds(144));
        assertThat(Verdict.pause(retry, job(2))).isEqualTo(Verdict.pause(retry, job(2)));
        long several = java.util.stream.IntStream.range(0, 100)
                .mapToObj(i -> Verdict.pause(
                        retry, new Job("j" + i, "q", new TreeMap<>(), 0, null, NOW, 1, new Hold("j" + i, 1))))
                .distinct()
                .count();
        assertThat(several).isGreaterThan(90);
    }
}
