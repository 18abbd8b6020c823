package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast queue}. */
@Command(
        name = "queue",
        description = "Shows queues and how they are, and steers them.",
        subcommands = {
            QueueListCommand.class,
            QueueHealthCommand.class,
            QueuePauseCommand.class,
            QueueResumeCommand.class,
            QueueDrainCommand.class
        },
        footer = {"", "Examples:", "  holdfast queue list", "  holdfast queue health downloads --detailed"})
final class QueueCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about queues? list, health, pause, resume or drain");
    }
}
