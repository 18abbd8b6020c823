package dev.holdfast.audit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Real programs, where they are installed, as judges of what we read. */
public final class Programs {
    private Programs() {}

    /** How it ended, and what it said. */
    public record Ran(int code, String output) {}

    public static void need(String program) {
        assumeTrue(Files.isExecutable(Path.of(program)), program + " is not installed");
    }

    /** Output and errors together; ends within 30 s. */
    public static Ran run(List<String> command) throws Exception {
        Path out = Files.createTempFile("ran", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new java.io.File("/dev/null"))
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " has not ended within 30 s");
            }
            return new Ran(process.exitValue(), new String(Files.readAllBytes(out), StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
        }
    }

    public static Ran run(String... command) throws Exception {
        return run(List.of(command));
    }
}
