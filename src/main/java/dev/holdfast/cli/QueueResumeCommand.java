package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast queue resume}. */
@Command(
        name = "resume",
        description = {"Accepts and begins jobs of a queue again.", "It ends what pause or drain began."},
        footer = {"", "Example:", "  holdfast queue resume downloads"})
final class QueueResumeCommand extends QueueSubcommand {
    @Parameters(paramLabel = "QUEUE", description = "the queue")
    private String queue = "";

    @Override
    public Integer call() throws IOException, Refused {
        return steer(queue, "resume");
    }
}
