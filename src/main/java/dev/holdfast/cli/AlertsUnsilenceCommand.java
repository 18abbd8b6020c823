package dev.holdfast.cli;

import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertHushed;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast alerts unsilence}. */
@Command(
        name = "unsilence",
        description = {"Ends a silence before its time.", "What it covered and still lasts is told now."},
        footer = {"", "Example:", "  holdfast alerts unsilence 'process/web/*'"})
final class AlertsUnsilenceCommand extends Subcommand {
    @Parameters(paramLabel = "PATTERN", description = "as it was given")
    private String pattern = "";

    @Override
    public Integer call() throws IOException, Refused {
        client().post(API + "alerts/unsilence", new AlertHush(pattern, 0, ""), AlertHushed.class);
        out().println(Table.printable(pattern) + " is silenced no more");
        out().flush();
        return ExitStatus.DONE;
    }

    @Override
    String listing() {
        return "holdfast alerts list";
    }
}
