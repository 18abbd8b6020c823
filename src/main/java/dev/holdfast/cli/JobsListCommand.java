package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.cli.JobFilterOptions.JobState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast jobs list}. */
@Command(
        name = "list",
        description = "Shows jobs, the latest submitted first.",
        footer = {
            "",
            "Examples:",
            "  holdfast jobs list --queue downloads --state running",
            "  holdfast jobs list -n 1000 --json | jq -r '.jobs[].id'"
        })
final class JobsListCommand extends JobListing {
    @Option(
            names = "--state",
            paramLabel = "STATE",
            completionCandidates = JobFilterOptions.States.class,
            description = "queued, running, succeeded, failed or cancelled; any when not given")
    private @Nullable JobState state;

    @Override
    public Integer call() throws IOException, Refused {
        return list(state);
    }
}
