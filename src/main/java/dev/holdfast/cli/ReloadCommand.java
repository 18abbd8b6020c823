package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.PlanReply;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast reload}. */
@Command(
        name = "reload",
        description = {
            "Takes the configuration as it is now.",
            "Touches only what changed; holdfast plan shows it before. A configuration that is not sound is refused"
                    + " whole, with nothing changed.",
            "A run of a changed schedule goes on as it was begun; one of a schedule that is gone is ended."
        },
        footer = {"", "Example:", "  holdfast plan && holdfast reload"})
final class ReloadCommand extends Subcommand {
    @Option(names = "--all", description = "also show what was left alone")
    private boolean all;

    @Override
    public Integer call() throws IOException, Refused {
        PlanReply done = client().postText(API + "reload", "", PlanReply.class);
        PlanTable.of(done, true, all, style()).forEach(out()::println);
        if (PlanTable.changesNothing(done)) {
            out().println("nothing has changed");
        }
        return ExitStatus.DONE;
    }
}
