package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast fleet}. */
@Command(
        name = "fleet",
        description = "Shows the hosts that share a store.",
        subcommands = FleetStatusCommand.class,
        footer = {"", "Example:", "  holdfast fleet status"})
final class FleetCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about the fleet? status");
    }
}
