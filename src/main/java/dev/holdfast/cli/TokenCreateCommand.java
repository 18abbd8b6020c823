package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Scope;
import dev.holdfast.api.TokenMade;
import dev.holdfast.api.TokenOrder;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast token create}. */
@Command(
        name = "create",
        description = {
            "Makes a token and prints it, this once.",
            "The daemon keeps its hash alone. read: to look at everything; submit: to submit jobs and follow them;"
                    + " operate: these, and to start, stop, run, pause, retry, silence and clean; admin: all, tokens too."
        },
        footer = {"", "Example:", "  holdfast token create ci --scope submit --expires 90d > ci.token"})
final class TokenCreateCommand extends Subcommand {
    @Parameters(paramLabel = "NAME", description = "by which it is listed, and named where somebody changes something")
    private String name = "";

    @Option(names = "--scope", paramLabel = "read|submit|operate|admin", required = true, description = "what it may")
    private Scope scope = Scope.READ;

    @Option(names = "--expires", paramLabel = "TIME", description = "after so long it is nobody's, such as 90d")
    private @Nullable Duration expires;

    @Override
    public Integer call() throws IOException, Refused {
        if (expires != null && expires.toSeconds() < 1) {
            throw misuse("--expires is 1s or more");
        }
        TokenMade made = client().post(
                        API + "tokens",
                        new TokenOrder(name, scope.word(), expires == null ? 0 : expires.toSeconds()),
                        TokenMade.class);
        out().println(made.token());
        out().flush();
        err().println("holdfast: this is shown once; " + Table.printable(made.name()) + " may " + made.scope()
                + (made.expires() == null ? "" : " until " + made.expires()));
        return ExitStatus.DONE;
    }

    @Override
    String listing() {
        return "holdfast token list";
    }
}
