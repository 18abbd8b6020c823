package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Status;
import dev.holdfast.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast status}. */
@Command(
        name = "status",
        description = {
            "Shows what runs, what does not, and why; then schedules, with next run and last result.",
            "CPU is of one core, since somebody last looked, else since the start; memory is resident; both are of all a process started.",
            "With names it ends with 0 when all of them are up or completed and the last run of none has failed, else with 1,"
                    + " for scripts; without names always with 0: it was asked and it answered."
        },
        footer = {"", "Examples:", "  holdfast status --watch", "  holdfast status --json web | jq .replicas[].state"})
final class StatusCommand extends Subcommand {
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";
    private static final Duration SHORTEST = Duration.ofMillis(100);

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "processes, replicas such as web/1, or schedules; all when not given")
    private List<String> names = List.of();

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2s",
            paramLabel = "SECONDS",
            converter = Interval.class,
            description = "again every so often until interrupted: seconds, or such as 500ms; ${FALLBACK-VALUE} "
                    + "when not given")
    private @Nullable Duration watch;

    @Override
    public Integer call() throws IOException, Refused {
        Duration every = watch;
        if (every != null && every.compareTo(SHORTEST) < 0) {
            throw misuse("--watch is at least 100ms, not " + Durations.format(every));
        }
        boolean wanting;
        boolean redraw = every != null && !json && style().coloured();
        do {
            String answer = client().raw(statusOf(names));
            Status status = Client.read(answer, Status.class);
            String shown = json ? answer + "\n" : String.join("\n", table(status)) + "\n";
            wanting = !names.isEmpty() && wanting(status);
            out().print(redraw ? HOME_AND_CLEAR + shown : shown);
            out().flush();
            if (every != null) {
                LockSupport.parkNanos(every.toNanos());
            }
        } while (every != null && !out().checkError());
        return wanting ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private List<String> table(Status status) {
        return StatusTable.full(status, Instant.now(), ZoneId.systemDefault(), style());
    }

    private static boolean wanting(Status status) {
        return !status.replicas().stream()
                        .allMatch(r -> r.state().equals("up") || r.state().equals("completed"))
                || status.schedules().stream().anyMatch(s -> s.failures() > 0)
                || status.queues().stream().anyMatch(q -> q.trouble() != null);
    }
}
