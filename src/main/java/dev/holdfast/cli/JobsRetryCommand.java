package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code holdfast jobs retry}. */
@Command(
        name = "retry",
        description = "Lets failed or cancelled jobs wait for their turn again, their attempts counted anew.",
        footer = {
            "",
            "Examples:",
            "  holdfast jobs retry user7-1",
            "  holdfast jobs retry --all --queue downloads --class network"
        })
final class JobsRetryCommand extends JobsManyCommand {
    @Override
    public Integer call() throws IOException, Refused {
        return ask("retry", "queued again");
    }
}
