package dev.holdfast.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which processes are meant: named ones, or all when that is said. */
final class Chosen {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "processes, or replicas such as web/1")
    private List<String> names = List.of();

    @Option(names = "--all", description = "all processes")
    private boolean all;

    /**
     * Empty means all.
     *
     * @throws picocli.CommandLine.ParameterException when neither or both are said
     */
    List<String> of(Subcommand command) {
        if (all == names.isEmpty()) {
            return names;
        }
        throw command.misuse(
                all ? "name processes or say --all, not both" : "which processes? name them, or say --all");
    }
}
