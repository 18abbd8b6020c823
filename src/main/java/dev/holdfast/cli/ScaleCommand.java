package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast scale}. */
@Command(
        name = "scale",
        description = {
            "Sets how many replicas of a process run.",
            "Starts those that are missing, or stops the last ones, and waits for these. The configuration is left as it is."
        },
        footer = {"", "Example:", "  holdfast scale worker 4"})
final class ScaleCommand extends Asking {
    private static final int MOST = 1000;

    @Parameters(index = "0", paramLabel = "NAME", description = "the process")
    private String name = "";

    @Parameters(index = "1", paramLabel = "N", description = "how many, 0 to " + MOST)
    private int replicas;

    @Override
    public Integer call() throws IOException, Refused {
        if (replicas < 0 || replicas > MOST) {
            throw misuse("replicas are 0 to " + MOST + ", not " + replicas);
        }
        return ask("scale", List.of(name), null, replicas, true);
    }
}
