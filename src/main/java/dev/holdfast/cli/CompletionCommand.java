package dev.holdfast.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast completion}. */
@Command(
        name = "completion",
        description = "Prints the script that completes commands and options in bash or zsh.",
        footer = {
            "",
            "Examples:",
            "  bash, for all:    holdfast completion > /etc/bash_completion.d/holdfast",
            "  bash, this shell: source <(holdfast completion)",
            "  zsh, in ~/.zshrc: source <(holdfast completion zsh)"
        })
final class CompletionCommand extends Subcommand {
    /** Whose script it is; one serves both, as it loads zsh's bashcompinit where it finds itself in zsh. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(arity = "0..1", paramLabel = "bash|zsh", description = "the shell; bash when not given")
    private Shell shell = Shell.BASH;

    @Override
    public Integer call() {
        out().print(
                        switch (shell) {
                            case BASH, ZSH ->
                                AutoComplete.bash("holdfast", spec().root().commandLine());
                        });
        out().flush();
        return ExitStatus.DONE;
    }
}
