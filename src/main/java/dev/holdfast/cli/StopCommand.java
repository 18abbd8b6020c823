package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast stop}. */
@Command(
        name = "stop",
        description = {
            "Stops processes; of several that are named, each after those that depend on it.",
            "Waits until nothing of them is left. What else depends on them keeps running, and is named."
        },
        footer = {"", "Examples:", "  holdfast stop web worker", "  holdfast stop --all --no-wait"})
final class StopCommand extends Asking {
    @Mixin
    private final Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException, Refused {
        return ask("stop", chosen.of(this), null, false);
    }
}
