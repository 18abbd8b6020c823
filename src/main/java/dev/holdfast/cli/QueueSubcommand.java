package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.QueueReport;
import java.io.IOException;

/** What commands about queues share. */
abstract class QueueSubcommand extends Subcommand {
    static final String QUEUES = API + "queues";

    @Override
    final String listing() {
        return "holdfast queue list";
    }

    /** @param verb as in the path */
    final int steer(String queue, String verb) throws IOException, Refused {
        QueueReport now = client().postText(QUEUES + "/" + encoded(queue) + "/" + verb, "", QueueReport.class);
        out().println(queue + " is " + now.state() + ": " + now.waiting() + " waiting, " + now.running() + " running");
        out().flush();
        return ExitStatus.DONE;
    }
}
