package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast guard}. */
@Command(
        name = "guard",
        description = "Shows what the rules over all processes of this host see, and what was done.",
        subcommands = {GuardScanCommand.class, GuardHistoryCommand.class},
        footer = {"", "Examples:", "  holdfast guard scan my.yaml", "  holdfast guard history"})
final class GuardCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about the guard? scan or history");
    }
}
