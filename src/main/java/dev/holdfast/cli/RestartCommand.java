package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast restart}. */
@Command(
        name = "restart",
        description = {
            "Stops processes and starts them again, with what they depend on where that is down.",
            "What else depends on them is not restarted, and is named.",
            "Waits until they are up; ends with 1 when one has failed, or waits for something that will not come."
        },
        footer = {"", "Examples:", "  holdfast restart web", "  holdfast restart web --timeout 30s"})
final class RestartCommand extends Asking {
    @Mixin
    private final Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException, Refused {
        return ask("restart", chosen.of(this), null, true);
    }
}
