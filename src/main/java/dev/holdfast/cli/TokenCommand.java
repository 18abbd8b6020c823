package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast token}. */
@Command(
        name = "token",
        description = {
            "Makes, lists and ends tokens.",
            "With one the API is asked where global.api.listen says; who asks on the Unix socket needs none."
        },
        subcommands = {TokenCreateCommand.class, TokenListCommand.class, TokenRevokeCommand.class},
        footer = {
            "",
            "Examples:",
            "  holdfast token create grafana --scope read",
            "  holdfast token create deploy --scope operate --expires 90d",
            "  holdfast token revoke deploy"
        })
final class TokenCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about tokens? create, list or revoke");
    }
}
