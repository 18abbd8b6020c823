package dev.holdfast.cli;

import dev.holdfast.api.AlertTest;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast alerts test}. */
@Command(
        name = "test",
        description = {
            "Sends a message that says it is a test, and tells what came of it.",
            "The daemon sends it, once, whatever is silenced."
        },
        footer = {"", "Example:", "  holdfast alerts test ops"})
final class AlertsTestCommand extends Subcommand {
    @Parameters(paramLabel = "CHANNEL", description = "as it is called in the configuration")
    private String channel = "";

    @Override
    public Integer call() throws IOException, Refused {
        AlertTest done = client().postText(API + "alerts/test/" + encoded(channel), "", AlertTest.class);
        if (done.delivered()) {
            out().println("a test was delivered to " + Table.printable(channel));
            out().flush();
            return ExitStatus.DONE;
        }
        err().println("holdfast: " + Table.printable(channel) + ": " + Table.printable(done.detail()));
        err().flush();
        return ExitStatus.FAILED;
    }

    @Override
    String listing() {
        return "holdfast alerts list";
    }
}
