package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast start}. */
@Command(
        name = "start",
        description = {
            "Starts processes and what they depend on, and waits until they are up (or, when ending is their purpose, "
                    + "completed).",
            "Ends with 1 when one of them has failed."
        },
        footer = {"", "Examples:", "  holdfast start web", "  holdfast start --all --timeout 1m"})
final class StartCommand extends Asking {
    @Mixin
    private final Chosen chosen = new Chosen();

    @Override
    public Integer call() throws IOException, Refused {
        return ask("start", chosen.of(this), null, null, true);
    }
}
