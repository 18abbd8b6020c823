package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast alerts}. */
@Command(
        name = "alerts",
        description = "Shows alerts, silences them, and tries channels.",
        subcommands = {
            AlertsListCommand.class,
            AlertsSilenceCommand.class,
            AlertsUnsilenceCommand.class,
            AlertsTestCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  holdfast alerts list",
            "  holdfast alerts silence 'queue/*' --for 2h --reason 'the migration'",
            "  holdfast alerts test ops"
        })
final class AlertsCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about alerts? list, silence, unsilence or test");
    }
}
