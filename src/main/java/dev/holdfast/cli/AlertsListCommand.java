package dev.holdfast.cli;

import dev.holdfast.api.AlertList;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast alerts list}. */
@Command(
        name = "list",
        description = {"Shows what is open, what was told of late, messages that wait to be delivered, and silences."},
        footer = {"", "Example:", "  holdfast alerts list --json | jq -r '.open[].key'"})
final class AlertsListCommand extends Subcommand {
    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(API + "alerts");
        if (json) {
            out().println(answer);
        } else {
            AlertText.list(Client.read(answer, AlertList.class), Instant.now(), style())
                    .forEach(out()::println);
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
