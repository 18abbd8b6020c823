package dev.holdfast.daemon;

import dev.holdfast.cli.ExitStatus;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Directories;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.Problem;
import dev.holdfast.ledger.Storage;
import dev.holdfast.linux.Host;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.RunFiles;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast up}: the daemon, in the foreground. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts what FILE describes and keeps it running, in the foreground.",
            "What an earlier daemon of the same directories left running is adopted. TERM and INT stop everything in"
                    + " reverse order, HUP reloads FILE, ALRM ends the daemon alone: the next one adopts what runs."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast up examples/quickstart.yaml",
            "  holdfast --dir /tmp/try up my.yaml --quiet"
        })
final class UpCommand implements Callable<Integer> {
    private static final int STICKY = 01000;
    private static final int OTHERS_WRITE = 02;
    private static final List<Path> USUAL = List.of(Path.of("holdfast.yaml"), Path.of("/etc/holdfast/holdfast.yaml"));

    @ParentCommand
    @Nullable
    Holdfast root;

    @Spec
    @Nullable
    CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the configuration; else holdfast.yaml here, else /etc/holdfast/holdfast.yaml")
    @Nullable
    Path file;

    @Option(names = "--quiet", description = "do not repeat the output of processes here; the log files have it")
    boolean quiet;

    @Option(
            names = "--check-only",
            description =
                    "only say whether it would start, also beside a daemon that runs: the exit code is 0 or 2, and"
                            + " nothing is changed")
    boolean checkOnly;

    @Override
    public Integer call() throws IOException {
        Holdfast holdfast = Objects.requireNonNull(root);
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        Path config = file != null
                ? file
                : USUAL.stream().filter(Files::exists).findFirst().orElse(USUAL.getFirst());
        boolean asRoot = holdfast.uid() == 0;
        var loader = new ConfigLoader(holdfast.environment(), asRoot);
        return switch (loader.load(config)) {
            case Loaded.Unsound(List<Problem> problems) ->
                refuse(err, problems, checkOnly ? "it would not start" : "nothing was started");
            case Loaded.Sound(Config c) -> up(c, loader, holdfast, err);
        };
    }

    private static int refuse(PrintWriter err, List<?> problems, String and) {
        problems.forEach(p -> err.println(p.toString()));
        err.println("holdfast: " + and);
        return ExitStatus.USAGE;
    }

    private int up(Config config, ConfigLoader loader, Holdfast holdfast, PrintWriter err) throws IOException {
        Directories dirs = Directories.of(holdfast.dir(), config.global(), holdfast.environment(), holdfast.uid());
        var launches = new Launches(holdfast.environment(), holdfast.uid() == 0, dirs.socket());
        var problems = new ArrayList<>(launches.resolve(config));
        problems.addAll(Storage.problems(config.global().storage()));
        if (!problems.isEmpty()) {
            return refuse(err, problems, checkOnly ? "it would not start" : "nothing was started");
        }
        if (checkOnly) {
            return wouldStart(dirs, holdfast.uid(), err);
        }
        make(dirs, holdfast.uid());
        RunLock lock = RunLock.take(dirs.run(), ProcessId.own());
        if (lock == null) {
            err.println("holdfast: a daemon runs here already (" + dirs.run()
                    + "); holdfast status shows it, holdfast down ends it, --dir DIR keeps another apart");
            return ExitStatus.FAILED;
        }
        try (lock) {
            RunFormat format = format(dirs);
            Optional<String> later = format.refusal();
            if (later.isPresent()) {
                return refuse(err, List.of("holdfast: " + later.get()), "nothing was started, nothing was ended");
            }
            format.claim();
            try (var console = new Console(
                    new FileOutputStream(FileDescriptor.out),
                    quiet,
                    holdfast.onTerminal(),
                    Distributing.targets(config.global().outputs()))) {
                return new Daemon(config, dirs, launches, loader, console, lock).life.run(config);
            }
        }
    }

    private static RunFormat format(Directories dirs) throws IOException {
        var host = new Host(Daemon.PROC, () -> Loop.now().mono());
        return new RunFormat(new RunFiles(dirs.run(), Daemon.PROC), host.bootId(), Holdfast.VERSION);
    }

    /** All of what {@link #up} refuses, but that a daemon runs here: that one may be about to leave. */
    private static int wouldStart(Directories dirs, int uid, PrintWriter err) {
        try {
            for (Path dir : all(dirs)) {
                fit(dir, uid, false);
            }
            Optional<String> later = format(dirs).refusal();
            return later.isEmpty()
                    ? ExitStatus.DONE
                    : refuse(err, List.of("holdfast: " + later.get()), "it would not start");
        } catch (IOException e) {
            return refuse(err, List.of("holdfast: " + e.getMessage()), "it would not start");
        }
    }

    private static void check(Path dir, int uid, boolean own) throws IOException {
        int owner = (Integer) Files.getAttribute(dir, "unix:uid");
        if (owner != uid && owner != 0) {
            throw new IOException((own ? "it" : dir) + " belongs to uid " + owner);
        }
        int mode = (Integer) Files.getAttribute(dir, "unix:mode");
        boolean sticky = (mode & STICKY) != 0;
        if ((mode & OTHERS_WRITE) != 0 && (own || !sticky)) {
            throw new IOException("everybody may write " + (own ? "there" : "to " + dir));
        }
    }

    /** Whoever owns these directories, or may write into them, could have us follow his links and adopt his records. */
    static void make(Directories dirs, int uid) throws IOException {
        for (Path dir : all(dirs)) {
            fit(dir, uid, true);
        }
    }

    private static List<Path> all(Directories dirs) {
        return List.of(dirs.run(), dirs.state(), dirs.log());
    }

    /** @param make where it is not there; else those above it must do */
    private static void fit(Path dir, int uid, boolean make) throws IOException {
        try {
            for (Path d = dir; d != null; d = d.getParent()) {
                if (Files.exists(d) && !Files.isDirectory(d)) {
                    throw new IOException((d.equals(dir) ? "it" : d) + " is no directory");
                }
            }
            if (make) {
                Files.createDirectories(dir);
            }
            Path there = dir;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            for (Path d = there.toRealPath(); d != null; d = d.getParent()) {
                check(d, uid, there.equals(dir) && d.getFileName() != null && d.endsWith(dir.getFileName()));
            }
        } catch (IOException e) {
            throw new IOException(
                    "the directory " + dir + " cannot be used: " + e.getMessage() + "; --dir DIR names another", e);
        }
    }
}
