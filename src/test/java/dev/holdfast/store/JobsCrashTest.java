package dev.holdfast.store;

import static dev.holdfast.store.StoreUnderTest.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that submits, claims and ends jobs and is killed at any instant: what it was told is so. */
@Tag("process")
@Timeout(300)
class JobsCrashTest {
    private static final int KILLS = 12;

    @TempDir
    Path home;

    /** Says each thing that it was told: {@code s ID} accepted, {@code c ID} claimed, {@code e ID} ended. */
    static final class Host {
        private final Jobs jobs;

        private Host(Jobs jobs) {
            this.jobs = jobs;
        }

        public static void main(String[] args) throws Exception {
            try (var s = new StoreUnderTest(Path.of(args[0]))) {
                var host = new Host(EmbeddedJobs.in(s.store, StoreUnderTest::now));
                for (Job job : host.jobs.held("host").get()) {
                    host.end(job, new Next.Again(Instant.now())).get();
                }
                for (int i = 0; ; i++) {
                    var some = new ArrayList<CompletableFuture<?>>();
                    for (int n = 0; n < 10; n++) {
                        some.add(host.submit(args[1] + "-" + i + "-" + n));
                        some.add(host.work());
                    }
                    CompletableFuture.allOf(some.toArray(CompletableFuture[]::new))
                            .get();
                }
            }
        }

        private CompletableFuture<?> submit(String id) {
            Instant now = Instant.now();
            var fresh = new Jobs.Fresh(id, "q", new TreeMap<>(), 0, "k" + id.hashCode() % 3, now, now);
            return jobs.submit(List.of(fresh), 0).thenAccept(_ -> System.out.println("s " + id));
        }

        private CompletableFuture<?> work() {
            return jobs.claim(new Jobs.Wish("q", "host", 2, Duration.ofHours(1), 2, 0, 0))
                    .thenCompose(taken -> CompletableFuture.allOf(
                            taken.jobs().stream().map(this::finish).toArray(CompletableFuture[]::new)));
        }

        private CompletableFuture<?> finish(Job job) {
            System.out.println("c " + job.id());
            return end(job, new Next.Over(JobState.SUCCEEDED, true))
                    .thenAccept(told -> System.out.println((told ? "e " : "! ") + job.id()));
        }

        private CompletableFuture<Boolean> end(Job job, Next next) {
            Instant now = Instant.now();
            return jobs.end(
                    job.hold(),
                    new Attempt(
                            job.attempt(), "host", now, now, null, "", 0, null, null, null, null, null, "x".repeat(99)),
                    next);
        }
    }

    @Test
    void everythingThatWasToldIsSo() throws Exception {
        Path file = home.resolve("holdfast.db");
        Set<String> told = new HashSet<>();
        for (int round = 0; round < KILLS; round++) {
            told.addAll(workAndKill(file, round, 30 + round * 97));
        }
        assertThat(told).as("a hold that nobody took away").noneMatch(t -> t.startsWith("!"));
        assertThat(ask(file, "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(ask(file, "SELECT 's ' || id FROM job")).containsAll(only(told, "s"));
        assertThat(ask(file, "SELECT 'e ' || id FROM job WHERE state = 4")).containsAll(only(told, "e"));
        assertThat(ask(file, "SELECT 'c ' || id FROM job WHERE token > 0")).containsAll(only(told, "c"));
        assertThat(only(told, "e")).hasSizeGreaterThan(KILLS * 10);
        sumsAreRight(file);
    }

    /** What is counted as it happens is what there is. */
    private static void sumsAreRight(Path file) throws Exception {
        assertThat(ask(file, "SELECT waiting || ' ' || running || ' ' || succeeded FROM job_queue"))
                .isEqualTo(
                        ask(file, "SELECT sum(state < 3) || ' ' || sum(state = 3) || ' ' || sum(state = 4) FROM job"));
        assertThat(ask(file, "SELECT count(*) FROM job_notice"))
                .isEqualTo(ask(file, "SELECT succeeded FROM job_queue"));
        assertThat(ask(file, "SELECT sum(succeeded) FROM job_minute"))
                .isEqualTo(ask(file, "SELECT succeeded FROM job_queue"));
        assertThat(ask(file, "SELECT name || running FROM job_key WHERE running > 0 ORDER BY name"))
                .isEqualTo(ask(file, "SELECT key || count(*) FROM job WHERE state = 3 GROUP BY key ORDER BY key"));
        assertThat(ask(
                        file,
                        "SELECT id FROM job j WHERE state = 4 AND NOT EXISTS"
                                + " (SELECT 1 FROM job_attempt WHERE job = j.seq AND token = j.token)"))
                .isEmpty();
    }

    private static List<String> only(Set<String> told, String what) {
        return told.stream().filter(t -> t.startsWith(what + " ")).toList();
    }

    private static Set<String> workAndKill(Path file, int round, int after) throws IOException, InterruptedException {
        Process host = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        StoreCrashTest.classPath(),
                        Host.class.getName(),
                        file.toString(),
                        Integer.toString(round)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<String> told = new HashSet<>();
        String last = "";
        try (var out = new BufferedReader(new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                told.add(line);
                last = line;
                if (told.size() == after) {
                    host.toHandle().destroyForcibly(); // the process itself would close what we read
                }
            }
        }
        host.waitFor();
        told.remove(last); // it may be torn by the kill
        return told;
    }
}
