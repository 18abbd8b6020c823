package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.client.Shutdown.Outcome;
import dev.holdfast.client.Shutdown.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class ShutdownTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @TempDir
    Path home;

    private Shutdown within(Duration total) {
        return Shutdown.within(total, log::add);
    }

    @Test
    void theLastRegisteredIsTheFirstAndEachRunsOnce() {
        var shutdown = within(LONG);
        shutdown.on("one", LONG, most -> said.add("one"));
        shutdown.on("two", LONG, most -> said.add("two")).close();
        shutdown.on("three", LONG, most -> said.add("three"));
        List<Outcome> outcomes = shutdown.run();
        assertThat(said).containsExactly("three", "one");
        assertThat(outcomes).extracting(Outcome::name).containsExactly("three", "one");
        assertThat(shutdown.run()).isEqualTo(outcomes);
        assertThat(said).hasSize(2);
        assertThatThrownBy(() -> shutdown.on("late", LONG, most -> said.add("late")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatThrowsOrHangsKeepsNobodyElseFromRunning() {
        var shutdown = within(Duration.ofMillis(600));
        var never = new CountDownLatch(1);
        shutdown.on("last", LONG, most -> said.add("last"));
        shutdown.on("hangs", LONG, most -> {
            while (never.getCount() > 0) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    said.add("interrupted");
                }
            }
        });
        shutdown.on("throws", LONG, most -> {
            throw new StackOverflowError("deep");
        });
        assertThat(shutdown.run())
                .extracting(Outcome::result)
                .containsExactly(Result.FAILED, Result.LEFT_BEHIND, Result.DONE);
        assertThat(said).contains("last");
        await().until(() -> said.contains("interrupted"));
        assertThat(log).anyMatch(l -> l.contains("throws failed: java.lang.StackOverflowError: deep"));
        assertThat(log).anyMatch(l -> l.contains("hangs took longer"));
        never.countDown();
    }

    @Test
    void aStepIsToldTheTimeItHas() {
        var shutdown = within(Duration.ofSeconds(10));
        shutdown.on("b", Duration.ofSeconds(30), most -> said.add("b"));
        shutdown.on("a", Duration.ofSeconds(10), most -> said.add(Long.toString(most.toMillis() / 100)));
        shutdown.run();
        assertThat(Integer.parseInt(said.get(0))).isBetween(20, 25);
    }

    @Test
    void partOfTheGraceIsLeftForTheJvm() {
        assertThat(Shutdown.usable(Duration.ofSeconds(10))).isEqualTo(Duration.ofMillis(9500));
        assertThat(Shutdown.usable(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(750));
    }

    /** A shell that does not heed SIGTERM, and its child, which does not either; both say when. */
    private static Process deaf() throws IOException {
        return new ProcessBuilder(
                        "sh", "-c", "trap '' TERM; (echo 1; exec sleep 1000) & echo 2; while :; do sleep 1000; done")
                .start();
    }

    @Test
    void childrenEndAsTreesByForceWhereTheyDoNotHeed() throws Exception {
        var shutdown = within(LONG);
        Process deaf = deaf();
        var lines = deaf.inputReader();
        lines.readLine();
        lines.readLine();
        List<ProcessHandle> below = deaf.descendants().toList();
        assertThat(below).isNotEmpty();
        Process heeds = new ProcessBuilder("sleep", "1000").start();
        shutdown.child("deaf", deaf, Duration.ofMillis(300));
        shutdown.child("heeds", heeds, Duration.ofMillis(300));
        assertThat(shutdown.run()).singleElement().satisfies(o -> {
            assertThat(o.result()).as(log.toString()).isEqualTo(Result.DONE);
            assertThat(o.name()).isEqualTo("heeds, deaf");
        });
        assertThat(heeds.waitFor()).isEqualTo(143);
        assertThat(deaf.waitFor()).isEqualTo(137);
        assertThat(below).noneMatch(Tree::lives);

        Process late = new ProcessBuilder("sleep", "1000").start();
        shutdown.child("late", late, LONG);
        assertThat(late.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoSurvivesItsParentEndsByForce() throws Exception {
        var shutdown = within(LONG);
        // The shell heeds SIGTERM; its children do not, and are somebody else's from then on.
        String deafChildren = "(trap '' TERM; echo 1; while :; do sleep 1000; done) & echo 2; wait";
        Process heeds = new ProcessBuilder("sh", "-c", deafChildren).start();
        var lines = heeds.inputReader();
        lines.readLine();
        lines.readLine();
        await().until(() -> heeds.descendants().count() == 2);
        List<ProcessHandle> below = heeds.descendants().toList();
        shutdown.child("heeds", heeds, Duration.ofMillis(300));
        assertThat(shutdown.run())
                .singleElement()
                .satisfies(o -> assertThat(o.result()).as(log.toString()).isEqualTo(Result.DONE));
        assertThat(heeds.waitFor()).isEqualTo(143);
        assertThat(below).hasSize(2).noneMatch(Tree::lives);
    }

    @Test
    void aChildThatEndedIsForgotten() throws Exception {
        var shutdown = within(LONG);
        Process ended = new ProcessBuilder("true").start();
        shutdown.child("ended", ended, LONG);
        ended.waitFor();
        ended.onExit().join();
        await().untilAsserted(() -> assertThat(shutdown.registered()).isZero());
    }

    /** Run by a JVM of its own, which is asked to end. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws Exception {
            Shutdown shutdown = Shutdown.install();
            Path file = Path.of(args[0]);
            shutdown.on(
                    "first opened",
                    Duration.ofSeconds(5),
                    most -> Files.writeString(file, Files.readString(file) + "closed\n"));
            shutdown.child("child", new ProcessBuilder("sleep", "1000").start(), Duration.ofSeconds(1));
            shutdown.on("slow", Duration.ofSeconds(5), most -> {
                Files.writeString(file, "slow begins\n");
                while (!Files.exists(Path.of(args[1]))) {
                    Thread.sleep(10);
                }
                Files.writeString(file, Files.readString(file) + "slow ends\n");
            });
            System.out.println(
                    ProcessHandle.current().children().findFirst().orElseThrow().pid());
            new CountDownLatch(1).await();
        }
    }

    @Test
    void aSignalRunsItAndASecondOneChangesNothing() throws Exception {
        Path file = home.resolve("said");
        Path go = home.resolve("go");
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                Program.class.getName(),
                file.toString(),
                go.toString());
        builder.environment().put("HOLDFAST_STOP_SECONDS", "30");
        builder.redirectError(home.resolve("err").toFile());
        Process program = builder.start();
        try {
            String pid = program.inputReader().readLine();
            assertThat(pid).as(() -> read(home.resolve("err"))).isNotNull();
            ProcessHandle child = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
            program.destroy();
            await().until(() -> Files.exists(file));
            program.destroy();
            Files.writeString(go, "");
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).isEqualTo(143);
            assertThat(Files.readString(file)).isEqualTo("slow begins\nslow ends\nclosed\n");
            assertThat(Tree.lives(child)).isFalse();
        } finally {
            program.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
