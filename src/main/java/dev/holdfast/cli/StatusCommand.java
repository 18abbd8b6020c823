package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.time.Duration;
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
            "Shows what runs, what does not, and why. CPU is of one core, since somebody last looked; memory is "
                    + "resident; both are of everything the process started.",
            "Ends with 0 also when something is down: it was asked and it answered."
        },
        footer = {"", "Examples:", "  holdfast status --watch", "  holdfast status --json web | jq .replicas[].state"})
final class StatusCommand extends Subcommand {
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";
    private static final Duration SHORTEST = Duration.ofMillis(100);

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "of processes; all when not given")
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
        boolean redraw = every != null && !json && style().coloured();
        do {
            String shown = shown();
            out().print(redraw ? HOME_AND_CLEAR + shown : shown);
            out().flush();
            if (every != null) {
                LockSupport.parkNanos((every.compareTo(SHORTEST) < 0 ? SHORTEST : every).toNanos());
            }
        } while (every != null && !out().checkError());
        return ExitStatus.DONE;
    }

    private String shown() throws IOException, Refused {
        String path = statusOf(names);
        return json
                ? client().raw(path) + "\n"
                : String.join("\n", StatusTable.full(client().get(path, Status.class), style())) + "\n";
    }
}
