package dev.holdfast.cli;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.patrol.Scan;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that looks at this host itself, by the rules of a configuration; it needs no daemon. */
abstract class Looking extends Subcommand {
    private static final List<Path> USUAL = List.of(Path.of("holdfast.yaml"), Path.of("/etc/holdfast/holdfast.yaml"));
    private static final Path PROC = Path.of("/proc");

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the configuration; else holdfast.yaml here, else /etc/holdfast/holdfast.yaml")
    private @Nullable Path file;

    @Option(names = "--json", description = "print JSON")
    boolean json;

    /** Null where there is none; what is wrong with it is told. */
    @Nullable
    final Config configuration() {
        Path path = file != null
                ? file
                : USUAL.stream().filter(Files::exists).findFirst().orElse(null);
        if (path == null) {
            return null;
        }
        return switch (new ConfigLoader(root().environment(), root().uid() == 0).load(path)) {
            case Loaded.Sound(Config config) -> config;
            case Loaded.Unsound unsound -> {
                unsound.problems().forEach(err()::println);
                throw misuse("the configuration is not sound");
            }
        };
    }

    final Scan scan() {
        return new Scan(PROC, Path.of("/"), () -> new Now(Instant.now(), new MonoTime(System.nanoTime())));
    }

    /** What was done, and what could not be looked at. */
    final void told(Scan scan) {
        for (Map<String, Object> f : scan.findings()) {
            out().println(Table.printable(GuardHistoryCommand.line(f)));
        }
        scan.warnings().forEach(w -> err().println("holdfast: " + Table.printable(w)));
        if (root().uid() != 0) {
            err().println("holdfast: not root: of processes of others the path, the environment and the part of shared"
                    + " memory cannot be read, and they cannot be ended");
        }
    }
}
