package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.TokenList;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast token revoke}. */
@Command(
        name = "revoke",
        description = {"Ends a token, at once and for good.", "Streams that it opened are closed within a second."},
        footer = {"", "Example:", "  holdfast token revoke ci"})
final class TokenRevokeCommand extends Subcommand {
    @Parameters(paramLabel = "NAME", description = "as token list shows it")
    private String name = "";

    @Override
    public Integer call() throws IOException, Refused {
        client().post(API + "tokens/" + encoded(name) + "/revoke", Map.of(), TokenList.class);
        out().println(Table.printable(name) + " is nobody's token any more");
        out().flush();
        return ExitStatus.DONE;
    }

    @Override
    String listing() {
        return "holdfast token list";
    }
}
