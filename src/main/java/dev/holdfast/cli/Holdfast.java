package dev.holdfast.cli;

import dev.holdfast.config.Directories;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line, and what every command knows. */
@Command(
        name = "holdfast",
        description = "Keeps a Linux server's processes and jobs inside their limits.",
        mixinStandardHelpOptions = true,
        version = "holdfast " + Holdfast.VERSION,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed",
            "2:bad usage, or a configuration that is not sound",
            "3:no daemon answers",
            "4:no such process",
            "124:the wait of --timeout ran out"
        },
        subcommands = {
            CheckCommand.class,
            InitCommand.class,
            StatusCommand.class,
            StartCommand.class,
            StopCommand.class,
            RestartCommand.class,
            SignalCommand.class,
            ScaleCommand.class,
            PlanCommand.class,
            ReloadCommand.class,
            DownCommand.class,
            WhyCommand.class,
            DoctorCommand.class,
            SchemaCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        })
public final class Holdfast implements Runnable {
    public static final String VERSION = "0.1.0";

    private final Map<String, String> environment;
    private final int uid;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            scope = CommandLine.ScopeType.INHERIT,
            description = "keep everything below DIR (run, state, log); also HOLDFAST_DIR")
    private @Nullable Path dir;

    @Option(
            names = "--color",
            paramLabel = "auto|always|never",
            scope = CommandLine.ScopeType.INHERIT,
            description = "colours; auto is on a terminal, unless NO_COLOR is set")
    private Style.When color = Style.When.AUTO;

    @Spec
    private @Nullable CommandSpec spec;

    /** @param uid decides where things are usually kept */
    public Holdfast(Map<String, String> environment, int uid) {
        this.environment = Map.copyOf(environment);
        this.uid = uid;
    }

    /** All commands but {@code up}, which only the daemon can add. */
    public static CommandLine commandLine(Holdfast root) {
        return new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new Misuse())
                .setExecutionExceptionHandler(new Failures());
    }

    public Map<String, String> environment() {
        return environment;
    }

    public int uid() {
        return uid;
    }

    /** Of {@code --dir}, or null. */
    public @Nullable Path dir() {
        return dir;
    }

    Style style() {
        return Style.of(color, environment);
    }

    /** Where things are, as far as this can be known without reading a configuration. */
    public Directories directories() {
        return Directories.of(dir, null, environment, uid);
    }

    @Override
    public void run() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "a command is missing; holdfast --help lists them");
    }
}
