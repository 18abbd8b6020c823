package dev.holdfast.chaos;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.Status;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The daemon that all this befalls, and when nobody may expect an answer of it. One thread kills and starts; others may
 * ask at any time.
 */
final class Subject {
    /** As the launcher bounds it (build/image). */
    static final int HEAP_MIB = 128;

    /** The JDK's word for an end by SIGKILL. */
    private static final int KILLED = 128 + 9;

    private final Grounds grounds;
    private final Chronicle chronicle;
    private final Duration patience;
    private volatile Process process;
    private volatile boolean expected;
    private volatile boolean disturbed = true;
    private volatile long calmSince = System.nanoTime();

    /** @param patience for its start */
    Subject(Grounds grounds, Chronicle chronicle, Duration patience) throws IOException {
        this.grounds = grounds;
        this.chronicle = chronicle;
        this.patience = patience;
        this.process = spawn();
    }

    long pid() {
        return process.pid();
    }

    /** The API, on its socket. */
    Client client() {
        return new Client(grounds.home().resolve("run/holdfast.sock"));
    }

    /** Ended without being killed by us. */
    boolean endedByItself() {
        // Asked twice: it may be killed by us between the two looks.
        return expected && !process.isAlive() && expected;
    }

    /** Whether it ran, and was not held up by us, since {@code nanos} of System.nanoTime. */
    boolean calmSince(long nanos) {
        return !disturbed && calmSince - nanos < 0;
    }

    void disturb() {
        disturbed = true;
    }

    void calm() {
        calmSince = System.nanoTime();
        disturbed = false;
    }

    /** Who has ended already, before it answered, violates a bound. */
    void kill() throws IOException, InterruptedException {
        disturb();
        expected = false;
        int code = process.destroyForcibly().waitFor();
        if (code != KILLED) {
            chronicle.violated("the daemon ended with " + code + " before it was killed\n" + lastWords());
        }
    }

    void start() throws IOException {
        process = spawn();
    }

    /** Returns when it answers, also by TCP; whoever does not within the bound violates one. */
    void awaitAnswer() throws IOException {
        try {
            Awaitility.await()
                    .atMost(patience)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !process.isAlive() || answers());
        } catch (ConditionTimeoutException late) {
            chronicle.violated("a successor did not answer within " + patience + "\n" + lastWords());
            return;
        }
        if (!process.isAlive()) {
            chronicle.violated("a successor ended with " + process.exitValue() + "\n" + lastWords());
            return;
        }
        expected = true;
        calm();
    }

    private boolean answers() {
        try {
            if (client().get("/api/v1/status", Status.class).pid() != process.pid()) {
                return false;
            }
            new Socket(InetAddress.getLoopbackAddress(), grounds.apiPort()).close();
            return true;
        } catch (IOException | ControlPort.Refused notYet) {
            return false;
        }
    }

    void signal(String name) throws IOException, InterruptedException {
        Grounds.run(List.of("kill", "-" + name, Long.toString(process.pid())));
    }

    /** Its exit code after TERM, or -1 when it did not end in time. */
    int end() throws IOException, InterruptedException {
        disturb();
        expected = false;
        signal("TERM");
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            return -1;
        }
        return process.exitValue();
    }

    void destroy() {
        expected = false;
        process.destroyForcibly();
    }

    String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(output());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    String token(String name, String scope) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(holdfast("token", "create", name, "--scope", scope))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        p.waitFor();
        return said.lines().filter(l -> l.startsWith("hft_")).findFirst().orElseThrow(() -> new IOException(said));
    }

    private Path output() {
        return grounds.home().resolve("daemon.out");
    }

    private Process spawn() throws IOException {
        var builder = new ProcessBuilder(
                holdfast("up", grounds.home().resolve("holdfast.yaml").toString()));
        grounds.clock().ifPresent(clock -> builder.environment().putAll(clock.environment()));
        return builder.redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    private List<String> holdfast(String... args) {
        var all = new ArrayList<>(launcher());
        all.addAll(List.of("--dir", grounds.home().toString()));
        all.addAll(List.of(args));
        return grounds.command(all);
    }

    /** The classes under test, from wherever they lie. */
    private static List<String> launcher() {
        String modules = System.getProperty("jdk.module.path");
        String path = System.getProperty("java.class.path");
        String all = modules == null ? path : modules + ":" + path;
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx" + HEAP_MIB + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Arrays.stream(all.split(":", -1))
                        .map(p -> Path.of(p).toAbsolutePath().toString())
                        .collect(Collectors.joining(":")),
                "dev.holdfast.daemon.Main");
    }
}
