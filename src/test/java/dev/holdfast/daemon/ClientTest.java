package dev.holdfast.daemon;

import static dev.holdfast.daemon.DaemonUnderTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.JobReport;
import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The examples of examples/client, each under a daemon, and with those that die beneath them. */
@Tag("process")
@Timeout(300)
class ClientTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Path JAR = Path.of("client/target/holdfast-client.jar").toAbsolutePath();
    private static final Path EXAMPLES = Path.of("examples/client").toAbsolutePath();

    @TempDir
    Path home;

    /** What the examples are written in. */
    enum Language {
        JAVA,
        PYTHON,
        PHP;

        List<String> program(String name) {
            return switch (this) {
                case JAVA ->
                    java(
                            Path.of(System.getProperty("java.home"), "bin/java"),
                            name.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + name.substring(1));
                case PYTHON ->
                    List.of(
                            "python3",
                            "-B",
                            EXAMPLES.resolve("python/" + name + ".py").toString());
                case PHP ->
                    List.of("php", EXAMPLES.resolve("php/" + name + ".php").toString());
            };
        }

        void assume() {
            switch (this) {
                case JAVA -> assumeJar();
                case PYTHON -> assumeTrue(found("python3"), "there is no python3");
                case PHP -> assumeTrue(found("php"), "there is no php");
            }
        }
    }

    private static List<String> java(Path java, String name) {
        var command = new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (!java.toString().contains("17")) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(
                "-cp",
                JAR.toString(),
                EXAMPLES.resolve("java/" + name + ".java").toString()));
        return command;
    }

    private static boolean found(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }

    /** It is built by ./verify, before these tests. */
    private static void assumeJar() {
        assumeTrue(Files.exists(JAR), "there is no " + JAR + ": mvn -f client/pom.xml package");
        try (Stream<Path> sources = Files.walk(Path.of("client/src/main"))) {
            long built = Files.getLastModifiedTime(JAR).toMillis();
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                assumeTrue(
                        Files.getLastModifiedTime(source).toMillis() <= built,
                        source + " is newer than the jar: mvn -f client/pom.xml package");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path outbox() {
        return home.resolve("outbox");
    }

    private DaemonUnderTest up(List<String> mailer, String lease) {
        return up(mailer, "", "", lease);
    }

    /**
     * @param last of its arguments; empty: none
     * @param keys further ones of the process, each with its line's end
     */
    private DaemonUnderTest up(List<String> mailer, String last, String keys, String lease) {
        String command =
                String.join(", ", mailer.stream().map(a -> "\"" + a + "\"").toList());
        String yaml = read(EXAMPLES.resolve("holdfast.yaml"))
                .replaceFirst(
                        "command: \\[python3.*",
                        Matcher.quoteReplacement("command: [" + command + ", " + outbox()
                                + (last.isEmpty() ? "" : ", \"" + last + "\"") + "]" + keys))
                .replace("lease: 30s", "lease: " + lease);
        assertThat(yaml).contains(command, "lease: " + lease);
        DaemonUnderTest daemon = DaemonUnderTest.up(home, yaml);
        daemon.replicas().forEach(r -> daemon.awaitState(r.name(), "up"));
        return daemon;
    }

    private JobReport job(String id) {
        try {
            return new Client(home.resolve("run/holdfast.sock")).get("/api/v1/jobs/" + id, JobReport.class);
        } catch (IOException | ControlPort.Refused e) {
            throw new AssertionError(e);
        }
    }

    private void awaitJob(DaemonUnderTest daemon, String id, String state) {
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(job(id).state())
                        .as(() -> job(id) + "\n" + daemon.logged("mailer.0.log"))
                        .isEqualTo(state));
    }

    private static void submit(DaemonUnderTest daemon, String id, String to, int seconds) {
        var ran = daemon.ask("jobs", "submit", "mails", "to=" + to, "seconds=" + seconds, "--id", id);
        assertThat(ran.exit()).as(ran.err()).isZero();
    }

    private int runs(Language language, String program, String... arguments) throws Exception {
        var command = new ArrayList<>(language.program(program));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(home.resolve("submit.out").toFile());
        builder.environment()
                .put("HOLDFAST_SOCKET", home.resolve("run/holdfast.sock").toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @ParameterizedTest
    @EnumSource
    void isReadySubmitsWorksFailsByClassSeesACancelAndFinishesBeforeItEnds(Language language) throws Exception {
        language.assume();
        try (var daemon = up(language.program("mailer"), "2s")) {
            assertThat(daemon.replica("mailer").health()).doesNotContain("presumed");

            assertThat(runs(language, "submit", "one", "a@example.org"))
                    .as(() -> read(home.resolve("submit.out")))
                    .isZero();
            assertThat(read(home.resolve("submit.out"))).contains("one SUCCEEDED");
            assertThat(runs(language, "submit", "one", "a@example.org"))
                    .as("the same job")
                    .isZero();
            assertThat(runs(language, "submit", "bad", "nobody")).isEqualTo(1);
            assertThat(job("bad").failureClass()).isEqualTo("address");
            assertThat(job("bad").attempts()).hasSize(1);
            assertThat(job("one").attempts())
                    .singleElement()
                    .satisfies(a -> assertThat(a.output()).isEqualTo("sent to a@example.org"));

            submit(daemon, "endless", "b@example.org", 1000);
            awaitJob(daemon, "endless", "running");
            assertThat(daemon.ask("jobs", "cancel", "endless").exit()).isZero();
            awaitJob(daemon, "endless", "cancelled");

            submit(daemon, "last", "c@example.org", 5); // more than two leases
            awaitJob(daemon, "last", "running");
            assertThat(daemon.ask("stop", "mailer").exit()).isZero();
            awaitJob(daemon, "last", "succeeded");
            assertThat(job("last").attempts()).as("heartbeats kept it").hasSize(1);
            await().atMost(DEADLINE)
                    .until(() -> daemon.logged("mailer.0.log").stream().anyMatch(l -> l.startsWith("ended")));
            assertThat(Files.readAllLines(outbox())).containsExactly("one a@example.org", "last c@example.org");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsFinishedWhileNoDaemonRunsCountsOnce(Language language) throws Exception {
        language.assume();
        try (var daemon = up(language.program("mailer"), "1m")) {
            int mailer = daemon.pidOf("mailer");
            submit(daemon, "m", "a@example.org", 2);
            awaitJob(daemon, "m", "running");
            daemon.kill9();
            await().atMost(DEADLINE).until(() -> Files.exists(outbox()));
            daemon.upAgain();
            awaitJob(daemon, "m", "succeeded");
            submit(daemon, "n", "b@example.org", 0);
            awaitJob(daemon, "n", "succeeded");
            assertThat(daemon.pidOf("mailer"))
                    .as("it works for the next daemon")
                    .isEqualTo(mailer);
            assertThat(job("m").attempts()).hasSize(1);
            assertThat(Files.readAllLines(outbox())).containsExactly("m a@example.org", "n b@example.org");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWorkerThatIsKilledLosesItsJobToTheNextOne(Language language) throws Exception {
        language.assume();
        try (var daemon = up(language.program("mailer"), "2s")) {
            int mailer = daemon.pidOf("mailer");
            submit(daemon, "m", "a@example.org", 2);
            awaitJob(daemon, "m", "running");
            DaemonUnderTest.runPlain(List.of("kill", "-KILL", Integer.toString(mailer)));
            awaitJob(daemon, "m", "succeeded");
            assertThat(job("m").attempts())
                    .extracting(JobReport.Attempt::failureClass)
                    .containsExactly("lost", null);
            assertThat(Files.readAllLines(outbox())).containsExactly("m a@example.org");
        }
    }

    @ParameterizedTest
    @CsvSource({"PYTHON, 3, ''", "PHP, '', '\n    replicas: 3'"})
    void severalJobsAtOnceByThreadsOrByProcesses(Language language, String last, String keys) throws Exception {
        language.assume();
        try (var daemon = up(language.program("mailer"), last, keys, "2s")) {
            for (String id : List.of("a", "b", "c")) {
                submit(daemon, id, id + "@example.org", 1000);
            }
            for (String id : List.of("a", "b", "c")) {
                awaitJob(daemon, id, "running");
            }
            submit(daemon, "d", "d@example.org", 5); // more than two leases
            assertThat(job("d").state()).as("no more than that").isEqualTo("queued");
            assertThat(daemon.ask("jobs", "cancel", "b").exit()).isZero();
            awaitJob(daemon, "b", "cancelled");
            awaitJob(daemon, "d", "running");
            for (String id : List.of("a", "c")) {
                assertThat(job(id).attempts()).as("heartbeats keep it").isEmpty();
                assertThat(daemon.ask("jobs", "cancel", id).exit()).isZero();
            }
            assertThat(daemon.ask("stop", "mailer").exit()).isZero();
            awaitJob(daemon, "d", "succeeded");
            assertThat(job("d").attempts()).hasSize(1);
            awaitJob(daemon, "a", "cancelled");
            awaitJob(daemon, "c", "cancelled");
            assertThat(Files.readAllLines(outbox())).containsExactly("d d@example.org");
        }
    }

    @Test
    void overTcpWithATokenAndNotWithoutItsScope() throws Exception {
        assumeJar();
        int port = Ports.free();
        DaemonUnderTest.write(home.resolve("Tcp.java"), """
                import dev.holdfast.client.*;
                import java.net.URI;
                import java.util.Map;

                class Tcp {
                    public static void main(String[] a) throws Exception {
                        Holdfast holdfast = Holdfast.at(URI.create("http://127.0.0.1:" + a[0]), a[1]);
                        try (Worker worker = holdfast.worker("mails").start(work -> work.output("done"))) {
                            holdfast.submit("mails", Submission.of(Map.of("to", "a@example.org")).withId("m"));
                            System.out.println(holdfast.await("m", java.time.Duration.ofMinutes(1)).state());
                        } catch (Refused e) {
                            System.out.println(e.status());
                            System.exit(3);
                        }
                    }
                }
                """);
        try (var daemon = DaemonUnderTest.up(home, """
                version: 1
                global: { api: { listen: "127.0.0.1:%d" } }
                queues: { mails: { pull: {}, payload: { to: { type: string } } } }
                """.formatted(port))) {
            String submit =
                    daemon.ask("token", "create", "app", "--scope", "submit").out();
            String read =
                    daemon.ask("token", "create", "grafana", "--scope", "read").out();
            var ran = tcp(port, submit);
            assertThat(ran.out()).as(ran.err() + daemon.daemonOutput()).isEqualTo("SUCCEEDED\n");
            assertThat(job("m").attempts())
                    .singleElement()
                    .satisfies(a -> assertThat(a.output()).isEqualTo("done"));
            assertThat(tcp(port, read).out()).isEqualTo("403\n");
        }
    }

    private DaemonUnderTest.Ran tcp(int port, String created) {
        var command = new ArrayList<>(java(Path.of(System.getProperty("java.home"), "bin/java"), "Tcp"));
        command.set(command.size() - 1, home.resolve("Tcp.java").toString());
        command.add(Integer.toString(port));
        command.add(created.replaceFirst("(?s).*(hft_[A-Za-z0-9_-]+).*", "$1"));
        return DaemonUnderTest.runPlain(command);
    }

    @Test
    void java17SaysByAProgramThatItIsReady() throws IOException {
        assumeJar();
        Path java;
        try (Stream<Path> all =
                Files.exists(Path.of("/usr/lib/jvm")) ? Files.list(Path.of("/usr/lib/jvm")) : Stream.of()) {
            java = all.filter(p -> p.getFileName().toString().contains("17"))
                    .map(p -> p.resolve("bin/java"))
                    .filter(p -> Files.isExecutable(p) && Files.isExecutable(p.resolveSibling("javac")))
                    .findFirst()
                    .orElse(null);
        }
        assumeTrue(java != null, "there is no JDK 17");
        assumeTrue(found("systemd-notify") || found("logger"), "there is no program that notifies");
        try (var daemon = up(java(java, "Mailer"), "10s")) {
            assertThat(daemon.replica("mailer").health()).doesNotContain("presumed");
            submit(daemon, "m", "a@example.org", 0);
            awaitJob(daemon, "m", "succeeded");
        }
    }
}
