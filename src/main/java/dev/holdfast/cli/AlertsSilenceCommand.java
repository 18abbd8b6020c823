package dev.holdfast.cli;

import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertHushed;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast alerts silence}. */
@Command(
        name = "silence",
        description = {
            "Has nobody told for a while.",
            "PATTERN is the key of an alert; * stands for anything, ? for one character. What still lasts when it is"
                    + " over is told then."
        },
        footer = {"", "Example:", "  holdfast alerts silence 'process/web/*' --for 2h --reason 'known, being worked on'"
        })
final class AlertsSilenceCommand extends Subcommand {
    @Parameters(paramLabel = "PATTERN", description = "which alerts")
    private String pattern = "";

    @Option(names = "--for", paramLabel = "TIME", required = true, description = "how long, such as 2h")
    private Duration time = Duration.ZERO;

    @Option(names = "--reason", paramLabel = "TEXT", description = "for others who look")
    private String reason = "";

    @Override
    public Integer call() throws IOException, Refused {
        AlertHushed now = client().post(
                        API + "alerts/silence", new AlertHush(pattern, time.toSeconds(), reason), AlertHushed.class);
        out().println(Table.printable(pattern) + " is silenced; of what is open it covers "
                + (now.covered().isEmpty() ? "nothing" : Table.printable(String.join(", ", now.covered()))));
        out().flush();
        return ExitStatus.DONE;
    }

    @Override
    String listing() {
        return "holdfast alerts list";
    }
}
