package dev.holdfast.cli;

import dev.holdfast.api.JobStanding;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast jobs cancel}. */
@Command(
        name = "cancel",
        description = {
            "Ends jobs for good, with everything they started.",
            "One that waits is over at once; one that runs is asked to end, and killed after its grace."
        },
        footer = {"", "Example:", "  holdfast jobs cancel user7-1 user7-2"})
final class JobsCancelCommand extends JobSubcommand {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "the jobs")
    private List<String> ids = List.of();

    @Override
    public Integer call() throws IOException {
        return each(ids, id -> {
            JobStanding now = client().postText(JOBS + "/" + encoded(id) + "/cancel", "", JobStanding.class);
            out().println(id + (now.state().equals("running") ? " is asked to end" : " " + now.state()));
        });
    }
}
