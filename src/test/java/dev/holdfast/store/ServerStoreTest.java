package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Wish;
import dev.holdfast.unit.Now;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server, several hosts at it, and what may befall the way between them. */
@Tag("process")
@Timeout(120)
class ServerStoreTest {
    @RegisterExtension
    static final PostgresServer POSTGRES = new PostgresServer();

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(30);

    /** One host's. */
    private static final class Host implements AutoCloseable {
        final List<String> said = new CopyOnWriteArrayList<>();
        final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
        final ServerStore store;
        final Jobs jobs;

        Host(String url) {
            this(url, Duration.ZERO);
        }

        /** @param ahead what its clock is ahead of the server's */
        Host(String url, Duration ahead) {
            store = new ServerStore(
                    url,
                    Duration.ofMinutes(1),
                    () -> {
                        Now now = StoreUnderTest.now();
                        return new Now(now.wall().plus(ahead), now.mono());
                    },
                    said::add,
                    heard::add);
            jobs = store.jobs();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private final List<Host> hosts = new ArrayList<>();

    @BeforeEach
    void empty() throws Exception {
        POSTGRES.run("DROP SCHEMA IF EXISTS holdfast CASCADE");
    }

    @AfterEach
    void close() {
        hosts.forEach(Host::close);
    }

    private Host host() {
        var host = new Host(POSTGRES.url());
        hosts.add(host);
        return host;
    }

    private static <T> T get(CompletableFuture<T> asked) throws Exception {
        return asked.get(60, TimeUnit.SECONDS);
    }

    private static Fresh fresh(String id, String queue) {
        Instant now = Instant.now();
        return new Fresh(id, queue, new TreeMap<>(), 0, "key of " + id, now, now);
    }

    private static Wish wish(String queue, String host, Duration lease) {
        return new Wish(queue, host, 1, lease, 1, 0, 0);
    }

    private static CompletableFuture<Boolean> succeed(Host host, Job job) {
        Instant now = Instant.now();
        var attempt = new Attempt(1, "h", now, now, null, "", 0, null, null, null, null, null, null);
        return host.jobs.end(job.hold(), attempt, new Next.Over(JobState.SUCCEEDED, false));
    }

    /** In a transaction that is still open. @return its number */
    private static String takesIn(Connection other, String id) throws Exception {
        other.setAutoCommit(false);
        try (var statement = other.createStatement()) {
            statement.execute(
                    "INSERT INTO holdfast.job (id, queue, state, payload, priority, order_us, submitted_us, due_us)"
                            + " VALUES ('" + id + "', 'other', 1, '{}', 0, 1, 1, 1)");
            try (var rows = statement.executeQuery("SELECT pg_current_xact_id()")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static void awaitWhoWaitsFor(String transaction) {
        await().atMost(SOON)
                .until(() -> POSTGRES.ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = '"
                                + transaction + "'")
                        .equals(List.of("1")));
    }

    @Test
    void anIdThatOthersTakeMeanwhileFailsThatJobAlone() throws Exception {
        Host host = host();
        get(host.jobs.health(List.of("q"), LEASE));
        try (var one = POSTGRES.connect();
                var two = POSTGRES.connect()) {
            String first = takesIn(one, "a");
            String second = takesIn(two, "c");
            var told = host.jobs.submit(List.of(fresh("a", "q"), fresh("b", "q"), fresh("c", "q")), 0);
            awaitWhoWaitsFor(first);
            one.commit();
            awaitWhoWaitsFor(second); // when it is tried again
            two.commit();
            assertThat(get(told))
                    .extracting(a -> a.getClass().getSimpleName())
                    .containsExactly("Refused", "New", "Refused");
        }
    }

    @Test
    void aHostHearsWhatAnotherHasDone() throws Exception {
        Host one = host();
        Host two = host();
        get(two.jobs.health(List.of("q"), LEASE));
        await().atMost(SOON).untilAsserted(() -> {
            get(one.jobs.submit(List.of(fresh("probe" + System.nanoTime(), "q")), 0));
            assertThat(two.heard).as("it listens").contains("q");
        });
        Job job = get(one.jobs.claim(wish("q", "one", LEASE))).jobs().getFirst();
        get(one.jobs.submit(List.of(fresh("a", "r")), 0));
        await().atMost(SOON).until(() -> two.heard.contains("r"));
        two.heard.clear();
        get(two.jobs.cancel(job.id(), "me"));
        await().atMost(SOON).until(() -> one.heard.contains("q"));
        await().atMost(SOON).until(() -> two.heard.contains("q"));
        two.heard.clear();
        succeed(one, job).get();
        await().atMost(SOON).until(() -> two.heard.contains("q"));
    }

    @Test
    void aServerThatIsGoneIsSaidAtOnceAndReachedAgainWhenItIsBack() throws Exception {
        Host host = host();
        get(host.jobs.submit(List.of(fresh("a", "q")), 0));
        Job job = get(host.jobs.claim(wish("q", "one", LEASE))).jobs().getFirst();
        POSTGRES.stop();
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> get(host.jobs.submit(List.of(fresh("b", "q")), 0)))
                    .cause()
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("cannot be reached")
                    .hasMessageNotContaining("secret");
        }
        assertThat(host.store.trouble()).isNotNull();
        POSTGRES.start();
        await().atMost(SOON).ignoreExceptions().until(() -> succeed(host, job).get());
        assertThat(host.store.trouble()).isNull();
        assertThat(host.said).hasSize(2);
        assertThat(host.said.getFirst()).contains("cannot be reached").doesNotContain("secret");
        assertThat(host.said.getLast()).contains("is reached again");
        assertThat(Objects.requireNonNull(get(host.jobs.job("a"))).state()).isEqualTo(JobState.SUCCEEDED);
        Host other = host();
        host.heard.clear();
        await().atMost(SOON).untilAsserted(() -> {
            get(other.jobs.submit(List.of(fresh("c" + System.nanoTime(), "q")), 0));
            assertThat(host.heard).as("it listens again").contains("q");
        });
    }

    @Test
    void whatIsHeldBackByItsKeyIsSoStillWhenTheServerWasAway() throws Exception {
        Host one = host();
        Host two = host();
        Instant now = Instant.now();
        get(one.jobs.submit(
                Stream.of("a", "b", "c")
                        .map(id -> new Fresh(id, "q", new TreeMap<>(), 0, "one user", now, now))
                        .toList(),
                0));
        Job a = get(one.jobs.claim(wish("q", "one", LEASE))).jobs().getFirst();
        assertThat(heldBack(two)).isEqualTo(2);
        POSTGRES.stop();
        assertThatThrownBy(() -> heldBack(two)).cause().isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> get(succeed(one, a))).cause().isInstanceOf(StoreException.class);
        POSTGRES.start();
        await().atMost(SOON).ignoreExceptions().until(() -> heldBack(two) == 2);
        assertThat(get(two.jobs.claim(wish("q", "two", LEASE))).jobs())
                .as("what one runs it still holds")
                .isEmpty();
        assertThat(get(one.jobs.end(a.hold(), null, new Next.Unbegun())))
                .as("put back")
                .isTrue();
        Job again = get(two.jobs.claim(wish("q", "two", LEASE))).jobs().getFirst();
        assertThat(again.id()).isEqualTo("a");
        assertThat(heldBack(one)).isEqualTo(2);
        assertThat(get(succeed(one, a))).isFalse();
        assertThat(heldBack(one)).as("it is another's by now").isEqualTo(2);
        assertThat(get(succeed(two, again))).isTrue();
        assertThat(get(one.jobs.claim(wish("q", "one", LEASE))).jobs())
                .extracting(Job::id)
                .containsExactly("b");
        assertThat(heldBack(two)).isOne();
    }

    private static long heldBack(Host host) throws Exception {
        return get(host.jobs.health(List.of("q"), LEASE)).getFirst().heldBack();
    }

    @Test
    void whatIsToldAsDoneIsThereThoughTheServerIsKilledAllTheTime() throws Exception {
        Host host = host();
        var told = new CopyOnWriteArrayList<String>();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 300; i++) {
                String id = round + "-" + i;
                var _ = host.jobs.submit(List.of(fresh(id, "q")), 0).thenAccept(_ -> told.add(id));
                if (i % 20 == 0 && i < 150) {
                    get(host.jobs.held("h")); // after what was asked before
                }
                if (i == 150) {
                    POSTGRES.stop();
                }
            }
            POSTGRES.start();
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() -> get(host.jobs.held("h")).isEmpty());
        }
        assertThat(told).isNotEmpty();
        assertThat(POSTGRES.ask("SELECT id FROM holdfast.job")).containsAll(told);
        assertThat(POSTGRES.ask("SELECT waiting FROM holdfast.job_queue"))
                .isEqualTo(POSTGRES.ask("SELECT count(*) FROM holdfast.job"));
    }

    @Test
    void aHostThatStopsInTheMiddleOfItsTransactionKeepsNobodyWaitingForLong() throws Exception {
        Host host = host();
        get(host.jobs.submit(List.of(fresh("a", "q")), 0));
        try (Connection stopped = POSTGRES.connect();
                var statement = stopped.createStatement()) {
            statement.execute("SET idle_in_transaction_session_timeout = '5s'"); // as each store does
            stopped.setAutoCommit(false);
            statement.execute("SELECT * FROM holdfast.job_queue FOR UPDATE");
            await().atMost(SOON)
                    .ignoreExceptions()
                    .until(() ->
                            get(host.jobs.claim(wish("q", "one", LEASE))).jobs().size() == 1);
        }
    }

    @Test
    void leasesAreByTheServersClockWhateverAHostsSays() throws Exception {
        var late = new Host(POSTGRES.url());
        hosts.add(late);
        get(late.jobs.submit(List.of(fresh("a", "q")), 0));
        Job mine = get(late.jobs.claim(wish("q", "one", Duration.ofMillis(300))))
                .jobs()
                .getFirst();
        Host other = host();
        var taken = new ArrayList<Job>();
        await().atMost(SOON).until(() -> {
            taken.addAll(get(other.jobs.claim(wish("q", "two", LEASE))).jobs());
            return !taken.isEmpty();
        });
        assertThat(taken.getFirst().attempt()).isEqualTo(2);
        assertThat(get(succeed(late, mine))).isFalse();
        assertThat(get(succeed(other, taken.getFirst()))).isTrue();
    }

    @Test
    void hostsThatWorkAtSeveralQueuesAtOnceLoseNothing() throws Exception {
        int jobs = 300;
        var workers = new ArrayList<CompletableFuture<Integer>>();
        for (int h = 0; h < 3; h++) {
            Host host = host();
            String name = "h" + h;
            for (String queue : List.of("a", "b", "c")) {
                workers.add(CompletableFuture.supplyAsync(() -> work(host, name, queue, jobs)));
            }
        }
        int ended = 0;
        for (var w : workers) {
            ended += get(w);
        }
        assertThat(ended).isEqualTo(9 * jobs / 3);
        assertThat(POSTGRES.ask("SELECT succeeded FROM holdfast.job_queue")).containsOnly(Integer.toString(jobs));
        assertThat(POSTGRES.ask("SELECT count(*) FROM holdfast.job_attempt"))
                .containsExactly(Integer.toString(3 * jobs));
        assertThat(POSTGRES.ask("SELECT count(*) FROM holdfast.job_key")).containsExactly("0");
    }

    /** Submits its share, and ends what it gets until all of the queue is over. */
    private static int work(Host host, String name, String queue, int jobs) {
        try {
            int ended = 0;
            for (int i = 0; i < jobs / 3; i++) {
                get(host.jobs.submit(List.of(fresh(queue + name + i, queue)), 0));
                for (Job job : get(host.jobs.claim(new Wish(queue, name, 3, LEASE, 0, 0, 0)))
                        .jobs()) {
                    ended += get(succeed(host, job)) ? 1 : 0;
                }
            }
            while (get(host.jobs.health(List.of(queue), LEASE)).getFirst().waiting() > 0) {
                for (Job job : get(host.jobs.claim(new Wish(queue, name, 3, LEASE, 0, 0, 0)))
                        .jobs()) {
                    ended += get(succeed(host, job)) ? 1 : 0;
                }
            }
            return ended;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDueTimeIsClaimedOnceByWhomeverAsksFirst() throws Exception {
        Host one = host();
        Host two = host();
        Instant due = Instant.parse("2026-01-02T03:04:05Z");
        var claims = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 200; i++) {
            claims.add(one.store.claim("a", due.plusSeconds(i), "one-" + i, "one"));
            claims.add(two.store.claim("a", due.plusSeconds(i), "two-" + i, "two"));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(get(claims.get(2 * i)) ^ get(claims.get(2 * i + 1))).isTrue();
        }
        boolean ones = get(one.store.claim("a", due, "one-0", "one"));
        assertThat(ones).as("the same run again").isEqualTo(get(claims.getFirst()));
    }

    @TestFactory
    Stream<DynamicTest> comesFromEveryOlderSchemaAndAnOlderOneRefuses() {
        return IntStream.range(1, ServerSchema.STEPS.size())
                .mapToObj(v -> DynamicTest.dynamicTest("from " + v, () -> {
                    List<String> older = ServerSchema.STEPS.subList(0, v);
                    POSTGRES.run("DROP SCHEMA IF EXISTS holdfast CASCADE");
                    try (var connection = POSTGRES.connect()) {
                        ServerSchema.prepare(connection, new Session(connection, true), older);
                    }
                    POSTGRES.run("INSERT INTO holdfast.job_queue (name, waiting) VALUES ('q', 1)");
                    POSTGRES.run("INSERT INTO holdfast.job (id, queue, state, payload, priority, order_us,"
                            + " submitted_us, due_us) VALUES ('kept', 'q', 1, '{}', 0, 1, 1, 1)");
                    Instant due = Instant.parse("2026-01-02T03:04:05Z");
                    POSTGRES.run(
                            "INSERT INTO holdfast.claim VALUES ('nightly', " + Time.micros(due) + ", 'r', 'h', 1)");

                    Host host = host();
                    var taken = get(host.jobs.claim(wish("q", "newer", LEASE)));
                    assertThat(taken.jobs()).extracting(Job::id).containsExactly("kept");
                    assertThat(get(host.store.claim("nightly", due, "another", "newer")))
                            .isFalse();
                    assertThat(POSTGRES.ask("SELECT name FROM holdfast.migration ORDER BY number"))
                            .isEqualTo(ServerSchema.STEPS);

                    try (var connection = POSTGRES.connect()) {
                        assertThatThrownBy(() -> ServerSchema.prepare(connection, new Session(connection, true), older))
                                .isInstanceOf(StoreException.class)
                                .hasMessage("the database has schema " + (v + 1)
                                        + ", of a later Holdfast; this one knows up to " + v);
                    }
                    assertThat(POSTGRES.ask("SELECT id FROM holdfast.job")).containsExactly("kept");
                }));
    }

    @Test
    void aLaterSchemaIsLeftAsItIs() throws Exception {
        get(host().jobs.health(List.of("q"), LEASE));
        POSTGRES.run("INSERT INTO holdfast.migration (number, name, sha256) VALUES (99, 'later', 'x')");
        Host host = host();
        assertThatThrownBy(() -> get(host.jobs.held("h"))).hasMessageContaining("of a later Holdfast");
        POSTGRES.run("DELETE FROM holdfast.migration WHERE number = 99");
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> get(host.jobs.held("h")).isEmpty());
        POSTGRES.run("UPDATE holdfast.migration SET sha256 = 'other'");
        assertThatThrownBy(() -> get(host().jobs.held("h"))).hasMessageContaining("made by another server-0001.sql");
    }

    @Test
    void twoHostsThatComeFirstMakeOneSchema() throws Exception {
        var all = new ArrayList<CompletableFuture<List<Job>>>();
        for (int i = 0; i < 4; i++) {
            all.add(host().jobs.held("h"));
        }
        for (var a : all) {
            assertThat(get(a)).isEmpty();
        }
        assertThat(POSTGRES.ask("SELECT name FROM holdfast.migration ORDER BY number"))
                .containsExactly("server-0001.sql", "server-0002.sql");
    }

    @Test
    void aHostWhoseClockIsWrongMeansTheSameDelaysAsTheOthers() throws Exception {
        Duration wrong = Duration.ofHours(3);
        var ahead = new Host(POSTGRES.url(), wrong);
        hosts.add(ahead);
        Host right = host();
        Instant its = Instant.now().plus(wrong);
        var atOnce = new Fresh("at once", "q", new TreeMap<>(), 0, null, its, its);
        Instant later = its.plusSeconds(600);
        var delayed = new Fresh("delayed", "q", new TreeMap<>(), 0, null, later, later);
        get(ahead.jobs.submit(List.of(atOnce, delayed), 0));
        var taken = get(right.jobs.claim(new Wish("q", "right", 5, LEASE, 0, 0, 0)));
        assertThat(taken.jobs()).extracting(Job::id).containsExactly("at once");
        var due = Objects.requireNonNull(get(right.jobs.job("delayed"))).notBefore();
        assertThat(Duration.between(Instant.now(), due)).isBetween(Duration.ofSeconds(500), Duration.ofSeconds(601));

        Instant again = its.plusSeconds(300);
        var lost = new Attempt(1, "h", its, its, "process", "", 1, null, null, null, null, null, null);
        get(right.jobs.end(taken.jobs().getFirst().hold(), lost, new Next.Again(again.minus(wrong))));
        var asked = get(ahead.jobs.claim(new Wish("q", "ahead", 5, LEASE, 0, 0, 0)));
        assertThat(asked.jobs()).isEmpty();
        assertThat(asked.next()).as("by its own clock").isBetween(again.minusSeconds(60), again.plusSeconds(1));
    }

    @Test
    void whoeverMayNotMakeASchemaUsesTheOneThatWasMade() throws Exception {
        POSTGRES.run("DROP ROLE IF EXISTS tenant");
        POSTGRES.run("CREATE ROLE tenant LOGIN");
        POSTGRES.run("REVOKE CREATE ON DATABASE postgres FROM PUBLIC");
        String url = POSTGRES.url().replace("holdfast:secret@", "tenant:secret@");
        var refused = new Host(url);
        hosts.add(refused);
        assertThatThrownBy(() -> get(refused.jobs.health(List.of("q"), LEASE)))
                .hasMessageContaining("permission denied");
        POSTGRES.run("CREATE SCHEMA holdfast AUTHORIZATION tenant");
        var tenant = new Host(url);
        hosts.add(tenant);
        get(tenant.jobs.submit(List.of(fresh("a", "q")), 0));
        POSTGRES.run("REVOKE CREATE ON SCHEMA holdfast FROM tenant");
        var next = new Host(url);
        hosts.add(next);
        assertThat(get(next.jobs.claim(wish("q", "next", LEASE))).jobs()).hasSize(1);
    }

    /** By the commands of docs/several-hosts.md. */
    @Test
    void whatIsBroughtBackFromABackupGoesOnFromThere() throws Exception {
        String dump = POSTGRES.file("holdfast.dump");
        Duration lease = Duration.ofMillis(300);
        Host before = host();
        get(before.jobs.submit(List.of(fresh("done", "q"), fresh("runs", "q"), fresh("waits", "q")), 0));
        Job done = get(before.jobs.claim(wish("q", "one", LEASE))).jobs().getFirst();
        assertThat(get(succeed(before, done))).isTrue();
        Job runs = get(before.jobs.claim(wish("q", "one", lease))).jobs().getFirst();
        POSTGRES.tool("pg_dump", "--schema=holdfast", "--format=custom", "--file=" + dump, "postgres");
        get(before.jobs.submit(List.of(fresh("later", "q")), 0));
        before.close();

        POSTGRES.tool("pg_restore", "--clean", "--if-exists", "--dbname=postgres", dump);
        Host after = host();
        assertThat(Objects.requireNonNull(get(after.jobs.job("done"))).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(get(after.jobs.job("later"))).isNull();
        var taken = new ArrayList<Job>();
        await().atMost(SOON).until(() -> {
            taken.addAll(get(after.jobs.claim(new Wish("q", "two", 5, LEASE, 0, 0, 0)))
                    .jobs());
            return taken.size() == 2;
        });
        assertThat(taken).extracting(Job::id).containsExactlyInAnyOrder("runs", "waits");
        assertThat(get(succeed(after, runs))).as("its lease was over").isFalse();
        for (Job job : taken) {
            assertThat(job.attempt()).isEqualTo(job.id().equals("runs") ? 2 : 1);
            assertThat(get(succeed(after, job))).isTrue();
        }
        get(after.jobs.submit(List.of(fresh("new", "q")), 0));
        assertThat(get(after.jobs.claim(wish("q", "two", LEASE))).jobs())
                .extracting(Job::id)
                .containsExactly("new");
    }

    @Test
    void hostsAreKnownBySayingHowTheyAre() throws Exception {
        var now = new AtomicLong(Time.micros(Instant.now()));
        var store = new ServerStore(
                POSTGRES.url(),
                Duration.ofMinutes(1),
                StoreUnderTest::now,
                _ -> {},
                _ -> {},
                _ -> new Moment(now.get(), now.get(), 0));
        try (store) {
            Fleet fleet = store.fleet();
            var one = new Fleet.Member(
                    "one", "1.0", Duration.ofHours(2), 4, 0.5, 1 << 30, 1 << 20, 3, 8, List.of("q", "r"));
            var two = new Fleet.Member("two", "1.1", Duration.ZERO, 2, 0, 0, 0, 0, 0, List.of());
            get(fleet.beat(one, false));
            get(fleet.beat(two, false));
            now.addAndGet(TimeUnit.SECONDS.toMicros(31));
            get(fleet.beat(two, true));
            now.addAndGet(TimeUnit.SECONDS.toMicros(5));
            assertThat(get(fleet.hosts()))
                    .containsExactly(
                            new Fleet.Heard(one, Duration.ofSeconds(36), null),
                            new Fleet.Heard(two, Duration.ofSeconds(5), Duration.ofSeconds(5)));
            now.addAndGet(TimeUnit.DAYS.toMicros(8));
            get(fleet.beat(two, false));
            assertThat(get(fleet.hosts())).containsExactly(new Fleet.Heard(two, Duration.ZERO, null));
        }
    }
}
