package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code holdfast jobs forget}. */
@Command(
        name = "forget",
        description = {
            "Deletes jobs that are over, with their attempts.",
            "Their ids are free again: a job that is submitted with one is a new job."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast jobs forget user7-1",
            "  holdfast jobs forget --all --queue downloads --state succeeded"
        })
final class JobsForgetCommand extends JobsManyCommand {
    @Override
    public Integer call() throws IOException, Refused {
        return ask("forget", "forgotten");
    }
}
