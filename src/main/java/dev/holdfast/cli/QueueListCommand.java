package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.QueueList;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast queue list}. */
@Command(
        name = "list",
        description = "Shows queues.",
        footer = {"", "Example:", "  holdfast queue list --json | jq -r '.queues[].name'"})
final class QueueListCommand extends QueueSubcommand {
    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(QUEUES);
        if (json) {
            out().println(answer);
        } else {
            QueueText.brief(Client.read(answer, QueueList.class).queues(), style())
                    .forEach(out()::println);
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
