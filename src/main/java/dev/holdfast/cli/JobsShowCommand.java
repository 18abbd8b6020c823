package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobReport;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast jobs show}. */
@Command(
        name = "show",
        description =
                "Shows a job: where it stands and why, and each attempt with what it used and the end of its output.",
        footer = {"", "Example:", "  holdfast jobs show user7-1"})
final class JobsShowCommand extends JobSubcommand {
    @Parameters(paramLabel = "ID", description = "the job")
    private String id = "";

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(JOBS + "/" + encoded(id));
        if (json) {
            out().println(answer);
        } else {
            JobText.full(Client.read(answer, JobReport.class), Instant.now(), ZoneId.systemDefault(), style())
                    .forEach(out()::println);
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
