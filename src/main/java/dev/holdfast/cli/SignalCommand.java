package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast signal}. */
@Command(
        name = "signal",
        description = {
            "Sends a signal to processes.",
            "It goes to the process group of each replica. An end that follows is treated as any other: the restart policy "
                    + "decides."
        },
        footer = {"", "Examples:", "  holdfast signal HUP nginx", "  holdfast signal SIGUSR1 worker clock"})
final class SignalCommand extends Asking {
    @Parameters(index = "0", paramLabel = "SIGNAL", description = "such as HUP, SIGHUP, RTMIN+3 or 1")
    private String signal = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "NAME",
            description = "processes, or replicas such as web/1")
    private List<String> names = List.of();

    @Override
    public Integer call() throws IOException, Refused {
        Signal known = Signal.parse(signal)
                .orElseThrow(() -> misuse("\"" + signal
                        + "\" is no signal; one is such as HUP, SIGTERM, RTMIN+3 or 10 (kill -l lists them)"));
        return ask("signal", names, known.name(), false);
    }
}
