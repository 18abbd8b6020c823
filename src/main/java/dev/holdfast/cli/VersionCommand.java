package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast version}. */
@Command(name = "version", description = "Prints the version of this program.")
final class VersionCommand extends Subcommand {
    @Override
    public Integer call() {
        out().println("holdfast " + Holdfast.VERSION);
        return ExitStatus.DONE;
    }
}
