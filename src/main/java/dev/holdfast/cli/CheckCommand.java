package dev.holdfast.cli;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.Problem;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast check}. */
@Command(
        name = "check",
        description = {
            "Reads a configuration and says all that is wrong with it, each as file:line:column: message.",
            "Needs no daemon and changes nothing."
        },
        footer = {"", "Example:", "  holdfast check holdfast.yaml"})
final class CheckCommand extends Subcommand {
    @Parameters(paramLabel = "FILE", description = "the configuration")
    private @Nullable Path file;

    @Override
    public Integer call() {
        Path path = Objects.requireNonNull(file);
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(path)) {
            case Loaded.Unsound unsound -> {
                unsound.problems().forEach(err()::println);
                yield ExitStatus.USAGE;
            }
            case Loaded.Sound sound -> {
                sound(path, sound.config());
                yield ExitStatus.DONE;
            }
        };
    }

    private void sound(Path path, Config config) {
        int n = config.processes().size();
        out().println(path + ": sound: " + n + (n == 1 ? " process" : " processes"));
        for (Problem p : config.notBuilt()) {
            out().println(p.file() + ":" + p.line() + ":" + p.column() + ": note: " + p.message()
                    + " (up would refuse it)");
        }
    }
}
