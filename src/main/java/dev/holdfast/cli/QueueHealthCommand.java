package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.QueueList;
import dev.holdfast.api.QueueReport;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast queue health}. */
@Command(
        name = "health",
        description = {
            "Shows how queues are: how much waits, how long, how fast it goes, what fails.",
            "It ends with 1 when a threshold of a queue's alert is passed, for scripts."
        },
        footer = {"", "Examples:", "  holdfast queue health", "  holdfast queue health downloads --detailed"})
final class QueueHealthCommand extends QueueSubcommand {
    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "the queue; all when not given")
    private @Nullable String queue;

    @Option(names = "--detailed", description = "also what runs, kinds of failure, and workers")
    private boolean detailed;

    @Option(names = "--json", description = "the daemon's answer as it is; of all queues with --detailed, one a line")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        List<QueueReport> reports = reports();
        if (!json) {
            QueueText.health(reports, Instant.now(), style()).forEach(out()::println);
        }
        out().flush();
        return reports.stream().allMatch(q -> q.alerts().isEmpty()) ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private List<QueueReport> reports() throws IOException, Refused {
        if (queue != null) {
            return List.of(report(queue));
        }
        String answer = client().raw(QUEUES);
        List<QueueReport> all = Client.read(answer, QueueList.class).queues();
        if (!detailed) {
            if (json) {
                out().println(answer);
            }
            return all;
        }
        var reports = new ArrayList<QueueReport>();
        for (QueueReport q : all) {
            reports.add(report(q.name()));
        }
        return reports;
    }

    private QueueReport report(String name) throws IOException, Refused {
        String answer = client().raw(QUEUES + "/" + encoded(name) + (detailed ? "?detailed=1" : ""));
        if (json) {
            out().println(answer);
        }
        return Client.read(answer, QueueReport.class);
    }
}
