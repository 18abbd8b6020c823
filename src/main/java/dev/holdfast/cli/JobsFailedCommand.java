package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.cli.JobFilterOptions.JobState;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code holdfast jobs failed}. */
@Command(
        name = "failed",
        description = "Shows failed jobs, the latest submitted first.",
        footer = {"", "Example:", "  holdfast jobs failed --queue downloads --class timeout"})
final class JobsFailedCommand extends JobListing {
    @Override
    public Integer call() throws IOException, Refused {
        return list(JobState.FAILED);
    }
}
