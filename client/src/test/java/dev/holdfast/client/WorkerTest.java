package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerTest {
    private static final String NONE = "{\"jobs\":[],\"recycle\":false}";
    private static final String DONE = "{\"id\":\"a\",\"state\":\"succeeded\",\"detail\":\"\"}";
    private static final String BEAT = "{\"cancelled\":false}";

    private final Daemon daemon = new Daemon();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private static String job(String id, double lease) {
        return "{\"id\":\"" + id
                + "\",\"queue\":\"q\",\"token\":7,\"payload\":{\"n\":\"1\"},\"attempt\":1,\"priority\":0,"
                + "\"submitted\":\"then\",\"leaseSeconds\":" + lease + "}";
    }

    private static String taken(String... jobs) {
        return "{\"jobs\":[" + String.join(",", jobs) + "],\"recycle\":false}";
    }

    private Worker.Plan plan() {
        return new Holdfast(daemon)
                .worker("q")
                .name("w")
                .wait(Duration.ofMillis(50))
                .log(log::add);
    }

    @Test
    void takesWorksAndTellsTheEnd() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60))).says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/complete", 200, DONE);
        try (Worker worker =
                plan().start(work -> work.output("n=" + work.payload().get("n")))) {
            await().until(() -> !daemon.bodies("jobs/a/complete").isEmpty());
            assertThat(daemon.bodies("jobs/a/complete")).containsExactly("{\"token\":7,\"output\":\"n=1\"}");
            assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
            assertThat(worker.await()).isEqualTo(Worker.End.DRAINED);
        }
        assertThat(daemon.bodies("queues/q/take").get(0)).contains("\"worker\":\"w\"", "\"most\":1");
    }

    @Test
    void anEndWhoseAnswerIsLostIsToldAgainUnderTheSameToken() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60))).says("queues/q/take", 200, NONE);
        daemon.hangsUp("jobs/a/complete").says("jobs/a/complete", 503, "{\"detail\":\"not now\"}");
        daemon.says("jobs/a/complete", 200, DONE);
        try (Worker worker = plan().start(work -> {})) {
            await().until(() -> daemon.bodies("jobs/a/complete").size() == 3 && worker.busy() == 0);
        }
        assertThat(daemon.bodies("jobs/a/complete")).containsOnly("{\"token\":7}");
        assertThat(log).noneMatch(l -> l.contains("does not count"));
    }

    @Test
    void anEndThatCameTooLateIsSaidAndNotToldAgain() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60))).says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/complete", 409, "{\"detail\":\"not this worker's\"}");
        try (Worker worker = plan().start(work -> {})) {
            await().until(() -> log.stream().anyMatch(l -> l.contains("does not count")));
            await().until(() -> worker.busy() == 0);
        }
        assertThat(daemon.bodies("jobs/a/complete")).hasSize(1);
    }

    @Test
    void leasesAreRenewedWithTheProgressAndACancelInterrupts() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 0.3))).says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/heartbeat", 200, BEAT).hangsUp("jobs/a/heartbeat");
        daemon.says("jobs/a/heartbeat", 200, "{\"cancelled\":true}");
        daemon.says("jobs/a/fail", 200, DONE);
        var cancelled = new CopyOnWriteArrayList<Boolean>();
        Worker.Handler endless = work -> {
            work.progress(40);
            try {
                new CountDownLatch(1).await();
            } finally {
                cancelled.add(work.cancelled());
            }
        };
        try (Worker worker = plan().start(endless)) {
            await().until(() -> !daemon.bodies("jobs/a/fail").isEmpty() && worker.busy() == 0);
        }
        assertThat(cancelled).containsExactly(true);
        assertThat(daemon.bodies("jobs/a/heartbeat")).hasSize(3).contains("{\"token\":7,\"progress\":40.0}");
        assertThat(daemon.bodies("jobs/a/fail").get(0)).contains("\"class\":\"interrupted\"");
    }

    @Test
    void aLostJobIsInterruptedAndNothingIsSaidOfIt() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 0.3))).says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/heartbeat", 409, "{\"detail\":\"its lease ended\"}");
        var lost = new CopyOnWriteArrayList<Boolean>();
        Worker.Handler stubborn = work -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                lost.add(work.lost() && !work.holds());
            }
        };
        try (Worker worker = plan().start(stubborn)) {
            await().until(() -> !lost.isEmpty() && worker.busy() == 0);
        }
        assertThat(lost).containsExactly(true);
        assertThat(daemon.asked())
                .noneMatch(a -> a.path().endsWith("complete") || a.path().endsWith("fail"));
        assertThat(log).anyMatch(l -> l.contains("another's"));
    }

    @Test
    void asManyAtATimeAsAskedForAndNoMore() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60), job("b", 60)))
                .says("queues/q/take", 200, taken(job("c", 60)));
        daemon.says("queues/q/take", 200, NONE);
        for (String id : List.of("a", "b", "c")) {
            daemon.says("jobs/" + id + "/complete", 200, DONE);
        }
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var go = new CountDownLatch(1);
        try (Worker worker = plan().concurrency(2).start(work -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            go.await();
            now.decrementAndGet();
        })) {
            await().until(() -> now.get() == 2);
            assertThat(worker.busy()).isEqualTo(2);
            assertThat(daemon.bodies("queues/q/take"))
                    .as("it does not ask while it has no place")
                    .hasSize(1);
            go.countDown();
            await().until(() -> !daemon.bodies("jobs/c/complete").isEmpty());
        }
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void aDrainWaitsThenInterruptsThenLeavesBehind() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60), job("b", 60))).says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/fail", 200, DONE).says("jobs/b/complete", 200, DONE);
        var deaf = new CountDownLatch(1);
        var begun = new CountDownLatch(2);
        Worker worker = plan().concurrency(2).start(work -> {
            begun.countDown();
            if (work.id().equals("a")) {
                new CountDownLatch(1).await();
            }
            for (boolean over = false; !over; ) {
                try {
                    deaf.await();
                    over = true;
                } catch (InterruptedException e) {
                    assertThat(deaf.getCount()).isEqualTo(1); // it does not hear
                }
            }
        });
        begun.await();
        assertThat(worker.drain(Duration.ofMillis(500))).isFalse();
        assertThat(daemon.bodies("jobs/a/fail").get(0)).contains("\"class\":\"interrupted\"");
        assertThat(log).anyMatch(l -> l.contains("job b") && l.contains("left behind"));
        deaf.countDown();
        assertThat(worker.await()).isEqualTo(Worker.End.DRAINED);
    }

    @Test
    void aRequestThatWaitsIsGivenUpByADrain() throws Exception {
        daemon.says("queues/q/take", 200, ""); // no answer, for longer than the test takes
        Worker worker = plan().wait(Duration.ofSeconds(60)).start(work -> {});
        await().until(() -> !daemon.asked().isEmpty());
        assertThat(worker.drain(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void aLogThatThrowsStopsNothing() throws Exception {
        daemon.hangsUp("queues/q/take")
                .says("queues/q/take", 200, taken(job("a", 60)))
                .says("queues/q/take", 200, NONE);
        daemon.hangsUp("jobs/a/complete").says("jobs/a/complete", 200, DONE);
        Worker.Plan broken = plan().log(line -> {
            throw new IllegalStateException("the disk is full");
        });
        try (Worker worker = broken.start(work -> {})) {
            await().until(() -> daemon.bodies("jobs/a/complete").size() == 2 && worker.busy() == 0);
        }
    }

    @Test
    void whatItHasNoThreadForIsFailedAndSoIsTheWorker() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60), job("b", 60)));
        daemon.says("jobs/a/fail", 200, DONE).says("jobs/b/fail", 200, DONE);
        Worker.Plan plan = plan().concurrency(2);
        plan.threads = run -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        try (Worker worker = plan.start(work -> {})) {
            assertThat(worker.await()).isEqualTo(Worker.End.FAILED);
        }
        for (String id : List.of("a", "b")) {
            assertThat(daemon.bodies("jobs/" + id + "/fail"))
                    .singleElement()
                    .asString()
                    .contains("\"class\":\"spawn\"", "unable to create native thread");
        }
        assertThat(log).anyMatch(l -> l.contains("no more jobs of q"));
    }

    @Test
    void aJobThatCameAfterMoreThanItsLeaseIsBegunWhenItIsConfirmed() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 0.000001)))
                .says("queues/q/take", 200, taken(job("b", 0.000001)))
                .says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/heartbeat", 409, "{\"detail\":\"its lease ended\"}");
        daemon.says("jobs/b/heartbeat", 200, BEAT).says("jobs/b/complete", 200, DONE);
        var begun = new CopyOnWriteArrayList<String>();
        try (Worker worker = plan().start(work -> begun.add(work.id()))) {
            await().until(() -> !daemon.bodies("jobs/b/complete").isEmpty() && worker.busy() == 0);
        }
        assertThat(begun).containsExactly("b");
    }

    @Test
    void aHeartbeatThatHangsKeepsNoOtherLeaseFromBeingRenewed() throws Exception {
        daemon.says("jobs/a/heartbeat", 200, "").says("jobs/b/heartbeat", 200, BEAT);
        var heart = new Heart(new WorkerCalls(new Holdfast(daemon), "q"), "w", 2, log::add);
        heart.start();
        try {
            long asked = System.nanoTime() - Duration.ofMinutes(3).toNanos(); // more than a third ago
            for (String id : List.of("a", "b")) {
                var job = new WorkerCalls.Job(id, 7, Map.of(), 1, 0, Duration.ofMinutes(6));
                heart.keep(new Work(job, System::nanoTime, asked - id.charAt(0)));
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !daemon.bodies("jobs/b/heartbeat").isEmpty());
        } finally {
            heart.close();
        }
        assertThat(daemon.bodies("jobs/a/heartbeat")).hasSize(1);
    }

    @Test
    void recycledItTakesNoMore() throws Exception {
        daemon.says("queues/q/take", 200, "{\"jobs\":[],\"recycle\":true}");
        try (Worker worker = plan().start(work -> {})) {
            assertThat(worker.await()).isEqualTo(Worker.End.RECYCLED);
        }
        assertThat(daemon.asked()).hasSize(1);
    }

    @Test
    void aTokenThatIsNoneEndsItAQueueThatIsMissingDoesNot() throws Exception {
        daemon.says("queues/q/take", 404, "{\"detail\":\"there is no queue q\"}");
        daemon.says("queues/q/take", 401, "{\"detail\":\"a token is needed\"}");
        try (Worker worker = plan().start(work -> {})) {
            assertThat(worker.await()).isEqualTo(Worker.End.REFUSED);
            assertThat(worker.refusal())
                    .isNotNull()
                    .satisfies(r -> assertThat(r.status()).isEqualTo(401));
        }
        assertThat(log).anyMatch(l -> l.contains("there is no queue q"));
    }

    @Test
    void anErrorInAHandlerIsToldAndTheWorkerGoesOn() throws Exception {
        daemon.says("queues/q/take", 200, taken(job("a", 60))).says("queues/q/take", 200, taken(job("b", 60)));
        daemon.says("queues/q/take", 200, NONE);
        daemon.says("jobs/a/fail", 200, DONE).says("jobs/b/complete", 200, DONE);
        try (Worker worker = plan().start(work -> {
            if (work.id().equals("a")) {
                throw new StackOverflowError("deep");
            }
        })) {
            await().until(() -> !daemon.bodies("jobs/b/complete").isEmpty());
            assertThat(worker.name()).isEqualTo("w");
        }
        assertThat(daemon.bodies("jobs/a/fail").get(0))
                .contains("StackOverflowError: deep")
                .doesNotContain("class");
    }
}
