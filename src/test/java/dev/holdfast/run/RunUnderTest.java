package dev.holdfast.run;

import dev.holdfast.daemon.Packed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code holdfast run} in a JVM of its own, without a terminal, driven as a shell or cron would. */
final class RunUnderTest {
    private static final long DEADLINE_S = 120;

    private final Process process;
    /** Of a terminal all that is shown. */
    private final Path err;

    /** How it ended and what was to be read. */
    record Ran(int exit, String out, String err) {}

    private RunUnderTest(Process process, Path err) {
        this.process = process;
        this.err = err;
    }

    /** @param words after {@code run} */
    static RunUnderTest start(Path home, String... words) throws IOException {
        return start(home, List.of(), List.of("LANG=C.UTF-8"), words);
    }

    /**
     * @param prefix a command that runs it, such as setsid
     * @param variables its whole environment beside PATH
     */
    static RunUnderTest start(Path home, List<String> prefix, List<String> variables, String... words)
            throws IOException {
        Path err = Files.createTempFile(home, "err", "");
        var command = new ArrayList<>(prefix);
        command.addAll(holdfast());
        command.add("run");
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(home.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return new RunUnderTest(builder.start(), err);
    }

    static Ran ran(Path home, String... words) throws IOException, InterruptedException {
        return start(home, words).end();
    }

    /** The test kernel names ./holdfast: what is linked starts three times as fast there. */
    private static List<String> holdfast() {
        String launcher = System.getProperty("holdfast.test.launcher");
        if (launcher != null) {
            return List.of(launcher);
        }
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-MaxFDLimit",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(Packed.options(modules == null ? classes : modules + ":" + classes));
        command.add("dev.holdfast.daemon.Main");
        return command;
    }

    /** On a terminal, which script(1) makes; what is written to its stdin is typed there. */
    static RunUnderTest onTerminal(Path home, String... words) throws IOException {
        Path out = Files.createTempFile(home, "out", "");
        var command = new ArrayList<>(holdfast());
        command.add("run");
        command.addAll(List.of(words));
        String line = command.stream().map(w -> "'" + w + "'").collect(java.util.stream.Collectors.joining(" "));
        Process process = new ProcessBuilder("script", "-qefc", line, "/dev/null")
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .start();
        return new RunUnderTest(process, out);
    }

    /** Whether a process has written its pid to the file, or something else. */
    static boolean named(Path home, String file) throws IOException {
        return Files.exists(home.resolve(file)) && Files.size(home.resolve(file)) > 0;
    }

    /** Of the process whose pid the file holds. A zombie is gone, too: this JVM may have become its parent, and reaps nobody. */
    static boolean gone(Path home, String file) throws IOException {
        Path stat = Path.of("/proc", Files.readString(home.resolve(file)).strip(), "stat");
        try {
            return Files.readString(stat).contains(") Z ");
        } catch (IOException noProcess) {
            return true;
        }
    }

    String outSoFar() throws IOException {
        return Files.readString(err, StandardCharsets.ISO_8859_1);
    }

    Process process() {
        return process;
    }

    String errSoFar() throws IOException {
        return Files.readString(err);
    }

    Ran end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(DEADLINE_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("holdfast run did not end: " + errSoFar());
        }
        return new Ran(process.exitValue(), out, errSoFar());
    }
}
