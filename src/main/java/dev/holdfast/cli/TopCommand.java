package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Status;
import dev.holdfast.top.Top;
import dev.holdfast.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast top}. */
@Command(
        name = "top",
        description = {
            "Shows what runs, on the whole terminal, again and again; sorts, filters, shows logs and reasons, and"
                    + " acts.",
            "Press ? for its keys. Whatever would change something is asked back once. Leaving touches nothing that"
                    + " runs.",
            "When standard output is no terminal it prints one table, as status does."
        },
        footer = {"", "Examples:", "  holdfast top", "  holdfast top --every 500ms"})
final class TopCommand extends Subcommand {
    private static final Duration SHORTEST = Duration.ofMillis(100);

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "2s",
            converter = Interval.class,
            description = "how often the daemon is asked: seconds, or such as 500ms; ${DEFAULT-VALUE} when not given")
    private Duration every = Duration.ofSeconds(2);

    @Override
    public Integer call() throws IOException, Refused {
        if (every.compareTo(SHORTEST) < 0) {
            throw misuse("--every is at least 100ms, not " + Durations.format(every));
        }
        Status status = client().get(statusOf(List.of()), Status.class); // refused here, it is told on a plain line
        if (!Style.onTerminal()
                || root().environment().getOrDefault("TERM", "dumb").equals("dumb")) {
            StatusTable.full(status, Instant.now(), ZoneId.systemDefault(), style())
                    .forEach(out()::println);
            out().flush();
            return ExitStatus.DONE;
        }
        Top.onTerminal(
                new TopDaemon(client()), InstantSource.system(), ZoneId.systemDefault(), every, style().coloured());
        return ExitStatus.DONE;
    }
}
