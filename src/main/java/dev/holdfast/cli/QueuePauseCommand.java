package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast queue pause}. */
@Command(
        name = "pause",
        description = {"Begins no more jobs of a queue.", "What runs goes on, and jobs are accepted, until resume."},
        footer = {"", "Example:", "  holdfast queue pause downloads"})
final class QueuePauseCommand extends QueueSubcommand {
    @Parameters(paramLabel = "QUEUE", description = "the queue")
    private String queue = "";

    @Override
    public Integer call() throws IOException, Refused {
        return steer(queue, "pause");
    }
}
