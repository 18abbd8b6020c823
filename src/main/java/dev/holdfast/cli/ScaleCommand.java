package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast scale}. */
@Command(
        name = "scale",
        description = {
            "Sets how many replicas of a process run.",
            "Starts those that are missing, or stops the last ones, and waits for these. The configuration is left as it is.",
            "A process whose number follows something (its key scale) goes on from there; with --hold it stays for so long."
        },
        footer = {"", "Examples:", "  holdfast scale worker 4", "  holdfast scale worker 0 --hold 1h"})
final class ScaleCommand extends Asking {
    private static final int MOST = 1000;
    private static final Duration LONGEST = Duration.ofDays(30);

    @Parameters(index = "0", paramLabel = "NAME", description = "the process")
    private String name = "";

    @Parameters(index = "1", paramLabel = "N", description = "how many, 0 to " + MOST)
    private int replicas;

    @Option(
            names = "--hold",
            paramLabel = "DURATION",
            description = "of a process with a scale: it stays at N for so long, such as 30m, at most 30d")
    private @Nullable Duration hold;

    @Override
    public Integer call() throws IOException, Refused {
        if (replicas < 0 || replicas > MOST) {
            throw misuse("replicas are 0 to " + MOST + ", not " + replicas);
        }
        if (hold != null && (hold.toSeconds() < 1 || hold.compareTo(LONGEST) > 0)) {
            throw misuse("--hold is 1s to 30d");
        }
        return scale(name, replicas, hold);
    }
}
