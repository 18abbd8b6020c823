package dev.holdfast.daemon;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Runs commands that only ask the daemon and print its answer, without a JVM for each. What reads standard input, writes
 * bytes past the printers, or looks at its own process needs one: {@link DaemonUnderTest#command}.
 */
final class CommandHere {
    private static final Set<String> ASKING = Set.of(
            "alerts", "cron", "doctor", "jobs", "plan", "queue", "reload", "restart", "scale", "signal", "start",
            "status", "stop", "why");
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    /** Of a JVM whose output is no terminal. */
    private static final Charset NATIVE = Charset.forName(System.getProperty("native.encoding"));

    private CommandHere() {}

    static boolean canRun(String... args) {
        return System.getProperty("holdfast.test.launcher") == null
                && args.length > 0
                && ASKING.contains(args[0])
                && !Arrays.asList(args).contains("-");
    }

    static DaemonUnderTest.Ran run(Path home, String... args) {
        String[] all = Stream.concat(Stream.of("--dir", home.toString(), "--color", "never"), Arrays.stream(args))
                .toArray(String[]::new);
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var task = new FutureTask<>(() -> {
            CommandLine line = Main.commandLine(all)
                    .setOut(new PrintWriter(out, true, NATIVE))
                    .setErr(new PrintWriter(err, true, NATIVE));
            int code = line.execute(all);
            line.getOut().flush();
            line.getErr().flush();
            return code;
        });
        Thread.ofPlatform().daemon().name("command").start(task);
        try {
            int code = task.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            return new DaemonUnderTest.Ran(code, text(out), text(err));
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new AssertionError(
                    List.of(args) + " did not end within " + DEADLINE + ": " + text(out) + text(err), e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link DaemonUnderTest#read} has what others printed. */
    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
