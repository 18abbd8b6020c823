package dev.holdfast.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults against a full configuration, looked at from outside (docs/chaos.md). {@code -Dholdfast.chaos.minutes=60}
 * lasts an hour, {@code -Dholdfast.chaos.seed=N} has the faults of that seed, at their times.
 */
@Tag("process")
@Timeout(2 * 3600)
class ChaosTest {
    private static final Duration LENGTH = Integer.getInteger("holdfast.chaos.minutes") == null
            ? Duration.ofSeconds(70)
            : Duration.ofMinutes(Integer.getInteger("holdfast.chaos.minutes"));
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Duration HANGS = Duration.ofSeconds(30);
    /** An order is waited for, by a minute at most (docs/listen.md). */
    private static final Duration LONGEST_ORDER = Duration.ofSeconds(75);

    private static final long MOST_LOGS = 5 << 20;
    private static final Pattern LINE = Pattern.compile(".* (\\d+\\.\\d+ \\d+ x{80})");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path home;

    private final List<Process> bystanders = new ArrayList<>();
    private final String mark = "chaos-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    private Grounds grounds;
    private Letterbox letterbox;

    @BeforeEach
    void prepare() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl is not installed");
        assumeTrue(
                new ProcessBuilder("unshare", "--mount", "true").start().waitFor() == 0,
                "a mount namespace is not permitted here");
        grounds = Grounds.in(home, mark);
        letterbox = new Letterbox();
    }

    @AfterEach
    void cleanUp() throws IOException {
        bystanders.forEach(Process::destroyForcibly);
        if (letterbox != null) {
            letterbox.close();
        }
        if (grounds != null) {
            // Whoever was left has been told of; the next test is not to suffer from him.
            for (Sightings.Seen left : Sightings.beside(grounds.holder().pid())) {
                ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
            }
            grounds.close();
        }
    }

    @Test
    @SuppressWarnings("SystemOut")
    void holds() throws Exception {
        long seed = Long.getLong("holdfast.chaos.seed", System.nanoTime() & 0xffff_ffffL);
        boolean clock = grounds.clock().isPresent();
        Plan plan = Plan.of(seed, LENGTH, clock ? Set.of() : Set.of(Fault.CLOCK));
        System.out.println("chaos: seed " + seed + ", " + plan.strikes().size() + " faults in " + LENGTH
                + (clock ? "" : "; without jumps of the clock, for libfaketime is not installed"));
        var chronicle = new Chronicle(seed);
        var configuration = new FullConfiguration(grounds, letterbox.port());
        Files.writeString(home.resolve("holdfast.yaml"), configuration.yaml(0, 0));
        var subject = new Subject(grounds, chronicle, BOUND);
        try {
            subject.awaitAnswer();
            assertThat(chronicle.violations()).as(chronicle.told()).isEmpty();
            var api = new Api(grounds.apiPort(), subject.token("chaos", "admin"), LONGEST_ORDER);
            var stranger = new Api(grounds.apiPort(), subject.token("stranger", "read"), HANGS.plusSeconds(10));
            var customers = new Customers(api, chronicle, seed);
            var witness = new Witness(subject, grounds, chronicle, api, HANGS, bystanders());
            var striker = new Striker(subject, grounds, chronicle, configuration, customers, api, stranger);
            var reckoning = new Reckoning(subject, grounds, chronicle, api, BOUND);
            try (witness) {
                try (customers) {
                    striker.carryOut(plan);
                    chronicle.befell("the last fault is over");
                    reckoning.everybodyIsBack();
                }
                reckoning.jobsEnded(customers.taken());
                reckoning.hogsAreEnded(striker.hogs());
                reckoning.floodsAreCleanedUp();
                reckoning.nothingIsLeft();
                reckoning.linesAreThere(this::scribe, MOST_LOGS);
                witness.look();
            } finally {
                striker.hogs().forEach(Process::destroyForcibly);
            }
            System.out.println("chaos: seed " + seed + ": " + customers + "; " + witness + "; " + letterbox.letters()
                    + " letters");
            assertThat(chronicle.violations()).as(chronicle.told()).isEmpty();
            assertThat(customers.taken()).hasSizeGreaterThan(20);
            assertThat(witness.answers()).isGreaterThan(20);
            assertThat(letterbox.letters()).as("alerts").isPositive();
        } finally {
            subject.destroy();
        }
    }

    /** They bear the names of Holdfast's own, and one the vices; by pid, and when they began. */
    private Map<Long, String> bystanders() throws IOException {
        String bin = home.resolve("bin").toString();
        for (List<String> part : List.of(List.of("app", "0"), List.of("serve", "0"), List.of("hog", "90"))) {
            var actor = new ProcessBuilder(
                    bin + "/chaos-actor", bin + "/actor.pl", part.getFirst(), "nobody", bin, "app", part.getLast());
            actor.environment().put("HOLDFAST_REPLICA", "0");
            bystanders.add(actor.redirectError(ProcessBuilder.Redirect.DISCARD).start());
        }
        var known = new HashMap<Long, String>();
        bystanders.forEach(b -> known.put(b.pid(), Sightings.began(b.pid())));
        return known;
    }

    /** Its lines, without their heads, the oldest first. */
    private Stream<String> scribe() {
        try (Stream<Path> all = Files.list(home.resolve("big"))) {
            return all
                    .filter(p -> p.getFileName().toString().matches("scribe\\.log(\\.\\d+)?"))
                    .sorted(Comparator.comparingInt(ChaosTest::age).reversed())
                    .toList()
                    .stream()
                    .flatMap(p -> Sightings.read(p).lines())
                    .map(LINE::matcher)
                    .filter(java.util.regex.Matcher::matches)
                    .map(m -> m.group(1));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int age(Path file) {
        String end = file.getFileName().toString().replaceFirst("scribe\\.log\\.?", "");
        return end.isEmpty() ? 0 : Integer.parseInt(end);
    }
}
