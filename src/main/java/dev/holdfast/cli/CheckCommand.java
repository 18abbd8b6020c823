package dev.holdfast.cli;

import dev.holdfast.api.HostCheck;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast check}. */
@Command(
        name = "check",
        description = {
            "Says all that is wrong with a configuration.",
            "Each problem is a line file:line:column: message. Needs no daemon and changes nothing.",
            "With --host also what this host cannot give: users it lacks, limits above what it has, reservations that are "
                    + "more together than there is; and what all limits and reservations come to."
        },
        footer = {"", "Examples:", "  holdfast check holdfast.yaml", "  holdfast check --host holdfast.yaml"})
final class CheckCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "the configuration")
    private @Nullable Path file;

    @Option(names = "--host", description = "compare it with this host, too")
    private boolean host;

    @Override
    public Integer call() {
        Path path = Objects.requireNonNull(file);
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(path)) {
            case Loaded.Unsound unsound -> {
                unsound.problems().forEach(err()::println);
                yield ExitStatus.USAGE;
            }
            case Loaded.Sound sound -> {
                HostCheck here = host ? root().comparison(sound.config()) : new HostCheck(List.of(), List.of());
                if (here.problems().isEmpty()) {
                    sound(path, sound.config());
                } else {
                    here.problems().forEach(err()::println);
                }
                here.sums().forEach(out()::println);
                yield here.problems().isEmpty() ? ExitStatus.DONE : ExitStatus.USAGE;
            }
        };
    }

    private void sound(Path path, Config config) {
        int n = config.processes().size();
        out().println(path + ": sound: " + n + (n == 1 ? " process" : " processes"));
    }
}
