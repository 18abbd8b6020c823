package dev.holdfast.cli;

import dev.holdfast.api.HostCheck;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import java.nio.file.Path;
import java.util.ArrayList;
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
        var parts = new ArrayList<String>();
        count(parts, config.processes().size(), "process", "processes");
        count(parts, config.schedules().size(), "schedule", "schedules");
        count(parts, config.queues().size(), "queue", "queues");
        count(parts, config.watched().probes().size(), "probe", "probes");
        count(
                parts,
                config.guard() == null ? 0 : config.guard().rules().size(),
                "rule of the guard",
                "rules of the guard");
        out().println(path + ": sound" + (parts.isEmpty() ? "" : ": " + String.join(", ", parts)));
    }

    private static void count(List<String> parts, int n, String one, String many) {
        if (n > 0) {
            parts.add(n + " " + (n == 1 ? one : many));
        }
    }
}
