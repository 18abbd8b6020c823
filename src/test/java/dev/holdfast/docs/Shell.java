package dev.holdfast.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One bash for all commands of a page: what one of them sets, the next one has. Not thread-safe. */
final class Shell implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final String END = "\u0001end ";

    private final Process bash;
    private final Writer in;
    private final BlockingQueue<String> out = new LinkedBlockingQueue<>();

    /** What a command printed, to both of its outputs, and how it ended. */
    record Ran(int exit, List<String> lines) {}

    Shell(Path directory, Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder("bash", "--norc", "--noprofile")
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        bash = builder.start();
        in = bash.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader reader = bash.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(out::add);
        } catch (IOException | java.io.UncheckedIOException ended) {
            out.add(END + "-1");
        }
    }

    /**
     * Several commands, up to the first that fails. This bash is of no use after that, but stays until it is closed, which
     * ends what it has left in the background.
     */
    Ran script(String commands) throws IOException, InterruptedException {
        return run(
                "trap 'printf \"\\001end %d\\n\" $?; sleep 1000' EXIT; set -e\n" + commands + "\nset +e; trap - EXIT");
    }

    Ran run(String command) throws IOException, InterruptedException {
        in.write("{ " + command + "\n} </dev/null\nprintf '\\001end %d\\n' $?\n");
        in.flush();
        var lines = new ArrayList<String>();
        long until = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            String line = out.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || (line.isEmpty() && !bash.isAlive())) {
                throw new AssertionError("\"" + command + "\" did not end; it printed:\n" + String.join("\n", lines));
            }
            int end = line.indexOf(END);
            if (end < 0) {
                lines.add(line);
                continue;
            }
            if (end > 0) {
                lines.add(line.substring(0, end));
            }
            return new Ran(Integer.parseInt(line.substring(end + END.length())), lines);
        }
    }

    /** Ends what a command has left in the background, too. */
    @Override
    public void close() {
        bash.descendants().forEach(ProcessHandle::destroyForcibly);
        bash.destroyForcibly();
    }
}
