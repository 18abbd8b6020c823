package dev.holdfast.cli;

import dev.holdfast.api.CleanReport;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.clean.Cleaned;
import dev.holdfast.clean.Cleaner;
import dev.holdfast.clean.Tally;
import dev.holdfast.config.CleanupSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Directories;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.Problem;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast clean}. */
@Command(
        name = "clean",
        description = {
            "Deletes what a cleanup of the configuration says, or with --dry-run tells what that would be.",
            "The daemon does it where one runs, which then also counts it; without one, or with --config, this command"
                    + " does it itself. It ends with 1 when something went wrong."
        },
        subcommands = CleanListCommand.class,
        footer = {
            "",
            "Examples:",
            "  holdfast clean temp --dry-run",
            "  holdfast clean temp --json | jq .bytes",
            "  holdfast clean temp --config holdfast.yaml",
            "  holdfast clean list"
        })
final class CleanCommand extends Subcommand {
    private static final List<Path> USUAL = List.of(Path.of("holdfast.yaml"), Path.of("/etc/holdfast/holdfast.yaml"));

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "a cleanup; list shows them")
    private @Nullable String name;

    @Option(names = "--dry-run", description = "change nothing")
    private boolean dryRun;

    @Option(names = "--json", description = "the result as JSON")
    private boolean json;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "clean without a daemon, as this file says; where no daemon runs holdfast.yaml here, else"
                    + " /etc/holdfast/holdfast.yaml, when not given")
    private @Nullable Path config;

    @Override
    String listing() {
        return "holdfast clean list";
    }

    @Override
    public Integer call() throws IOException, Refused {
        String which = name;
        if (which == null) {
            throw misuse("which cleanup? holdfast clean list shows them");
        }
        Path file = config;
        if (file == null) {
            try {
                String path = API + "cleanups/" + encoded(which) + "/" + (dryRun ? "dry-run" : "clean");
                return shown(client().postText(path, "", CleanReport.class));
            } catch (Client.NoDaemon none) {
                file = USUAL.stream().filter(Files::exists).findFirst().orElseThrow(() -> none);
                err().println("holdfast: no daemon runs: cleaning as " + file + " says");
            }
        }
        return here(which, file);
    }

    private int here(String which, Path file) {
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(file)) {
            case Loaded.Unsound(List<Problem> problems) -> {
                problems.forEach(err()::println);
                err().println("holdfast: nothing was cleaned");
                yield ExitStatus.USAGE;
            }
            case Loaded.Sound(Config c) -> {
                CleanupSpec spec = c.watched().cleanups().get(which);
                if (spec == null) {
                    err().println("holdfast: \"" + which + "\" is no cleanup of " + file
                            + Problem.hint(which, c.watched().cleanups().keySet()));
                    yield ExitStatus.NO_SUCH_PROCESS;
                }
                try (var interruption = Interruption.heeded()) {
                    int code = shown(clean(
                            spec,
                            Directories.of(root().dir(), c.global(), root().environment(), root().uid()),
                            interruption));
                    if (interruption.asked()) {
                        err().println("holdfast: interrupted: what is above was done, the rest was left");
                        err().flush();
                    }
                    yield interruption.asked() ? Interruption.CODE : code;
                }
            }
        };
    }

    private CleanReport clean(CleanupSpec spec, Directories dirs, Interruption interruption) {
        long begun = System.nanoTime();
        var cleaner = new Cleaner(
                Path.of("/proc"),
                List.of(dirs.run(), dirs.state(), dirs.log()),
                Instant::now,
                new SecureRandom()::nextLong);
        Cleaned done = cleaner.clean(spec, dryRun, interruption::asked);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        if (!dryRun && Files.isDirectory(dirs.state())) {
            try {
                Tally.read(dirs.state(), spec.name()).and(done, took).write(dirs.state(), spec.name());
            } catch (IOException e) {
                err().println("holdfast: this cleaning is not counted: " + e.getMessage());
            }
        }
        return CleanReports.of(spec.name(), done, took);
    }

    private int shown(CleanReport r) {
        if (json) {
            out().println(Client.write(r));
        } else {
            r.items().forEach(i -> out().println(line(i)));
            long more = r.count() - r.items().size();
            if (more > 0) {
                out().println("and " + more + " more");
            }
            r.notes().forEach(n -> err().println("holdfast: " + Table.printable(n)));
            out().println(r.name() + ": " + CleanReports.words(r) + " in " + Human.time(r.seconds()));
            out().flush();
            r.problems().forEach(p -> err().println("holdfast: " + Table.printable(p)));
        }
        out().flush();
        return r.done() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static String line(CleanReport.Item i) {
        String entries = i.entries() == 1 ? "" : ", " + i.entries() + " entries";
        return Table.printable(i.path()) + " (" + i.kind() + entries + ", " + Human.bytes(i.bytes()) + ", last written "
                + i.newest() + ")";
    }
}
