package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.TokenList;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast token list}. */
@Command(
        name = "list",
        description = {"Shows all tokens, not what they are.", "When one was used last is known to the hour."},
        footer = {"", "Example:", "  holdfast token list"})
final class TokenListCommand extends Subcommand {
    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    @Override
    public Integer call() throws IOException, Refused {
        String answer = client().raw(API + "tokens");
        if (json) {
            out().println(answer);
        } else {
            TokenList list = Client.read(answer, TokenList.class);
            var table = new Table(style()).head("NAME", "SCOPE", "CREATED", "EXPIRES", "LAST USED");
            for (TokenList.Token t : list.tokens()) {
                String expires = t.expires() == null ? "never" : t.expires();
                table.row(
                        Table.cell(t.name()),
                        Table.cell(t.scope()),
                        Table.cell(t.created()),
                        Table.cell(t.expired() ? "over since " + expires : expires),
                        Table.cell(t.lastUsed() == null ? "never" : t.lastUsed()));
            }
            if (list.tokens().isEmpty()) {
                out().println("there is no token");
            } else {
                table.lines().forEach(out()::println);
            }
            out().println(
                            list.listens().isEmpty()
                                    ? "the API is served on the Unix socket alone"
                                    : "the API is served at " + String.join(", ", list.listens()));
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
