package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast start}. */
@Command(
        name = "start",
        description = {
            "Starts processes and what they depend on, unless that was given up.",
            "Waits until they are up or, when ending is their purpose, completed; ends with 1 when one has failed, or "
                    + "waits for something that will not come."
        },
        footer = {"", "Examples:", "  holdfast start web", "  holdfast start --all --timeout 1m"})
final class StartCommand extends Asking {
    @Mixin
    private final Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException, Refused {
        return ask("start", chosen.of(this), null, true);
    }
}
