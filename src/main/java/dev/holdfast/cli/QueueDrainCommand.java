package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast queue drain}. */
@Command(
        name = "drain",
        description = {
            "Accepts no more jobs of a queue.",
            "What waits is run, until resume: so that a queue comes to its end."
        },
        footer = {"", "Example:", "  holdfast queue drain downloads"})
final class QueueDrainCommand extends QueueSubcommand {
    @Parameters(paramLabel = "QUEUE", description = "the queue")
    private String queue = "";

    @Override
    public Integer call() throws IOException, Refused {
        return steer(queue, "drain");
    }
}
