package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast stop}. */
@Command(
        name = "stop",
        description = {"Stops processes, after what depends on them, and waits until nothing of them is left."},
        footer = {"", "Examples:", "  holdfast stop web worker", "  holdfast stop --all --no-wait"})
final class StopCommand extends Asking {
    @Mixin
    private final Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException, Refused {
        return ask("stop", chosen.of(this), null, null, false);
    }
}
