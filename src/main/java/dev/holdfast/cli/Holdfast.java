package dev.holdfast.cli;

import dev.holdfast.api.Doctor;
import dev.holdfast.api.HostCheck;
import dev.holdfast.config.Config;
import dev.holdfast.config.Directories;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
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
            "1:failed; of status NAME: not all of them are up or completed, or a last run failed; of queue health: a"
                    + " threshold is passed; of alerts test: the message was not taken; of health: there is a"
                    + " warning; of audit: there is a warning, and nothing worse",
            "2:bad usage, or a configuration that is not sound; of health and audit: something is critical",
            "3:no daemon answers; of protect: systemd does not run here",
            "4:no such process, queue, job, cleanup, alert channel or silence; of protect: no such unit or service",
            "124:the wait of --timeout or --wait ran out; of run: its command was ended",
            "N:of run: its command's own; see holdfast run --help"
        })
public final class Holdfast implements Runnable {
    public static final String VERSION = "0.1.0";

    /** In the order of {@code --help}. */
    private static final Map<String, Supplier<Subcommand>> COMMANDS = commands();

    /** They tell of all others. */
    private static final Set<String> OF_ALL = Set.of("completion", "manual");

    private final Map<String, String> environment;
    private final int uid;
    private final OutputStream standardOutput;
    private BiFunction<Directories, Integer, List<Doctor.Finding>> diagnosis = (_, _) -> List.of();

    private Function<Config, HostCheck> comparison = _ -> new HostCheck(List.of(), List.of());

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            scope = CommandLine.ScopeType.INHERIT,
            description = "keep everything below DIR (run, state, log); also HOLDFAST_DIR")
    private @Nullable Path dir;

    @Option(
            names = "--color",
            paramLabel = "auto|always|never",
            completionCandidates = CompletionCommand.Colours.class,
            scope = CommandLine.ScopeType.INHERIT,
            description = "colours; auto is on a terminal, unless NO_COLOR is set")
    private Style.When color = Style.When.AUTO;

    @Spec
    private @Nullable CommandSpec spec;

    /** @param uid decides where things are usually kept */
    public Holdfast(Map<String, String> environment, int uid) {
        this(environment, uid, new FileOutputStream(FileDescriptor.out));
    }

    /** @param standardOutput for what is no text: bytes of programs */
    Holdfast(Map<String, String> environment, int uid, OutputStream standardOutput) {
        this.environment = Map.copyOf(environment);
        this.uid = uid;
        this.standardOutput = standardOutput;
    }

    /** All commands but {@code up}, which only the daemon can add. */
    public static CommandLine commandLine(Holdfast root) {
        return commandLine(root, COMMANDS.keySet());
    }

    /** As {@link #commandLine(Holdfast)}, but only with the one {@code args} begin with, where they do: faster. */
    public static CommandLine commandLine(Holdfast root, String... args) {
        boolean one = args.length > 0 && COMMANDS.containsKey(args[0]) && !OF_ALL.contains(args[0]);
        return commandLine(root, one ? Set.of(args[0]) : COMMANDS.keySet());
    }

    private static CommandLine commandLine(Holdfast root, Set<String> commands) {
        var line = new CommandLine(root);
        COMMANDS.forEach((name, command) -> {
            if (commands.contains(name)) {
                line.addSubcommand(name, command.get());
            }
        });
        CommandLine run = line.getSubcommands().get("run");
        if (run != null) {
            run.setStopAtPositional(true); // what follows is the command's own
        }
        Conversions.register(line);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(new Misuse())
                .setExecutionExceptionHandler(new Failures());
    }

    private static Map<String, Supplier<Subcommand>> commands() {
        var commands = new LinkedHashMap<String, Supplier<Subcommand>>();
        commands.put("check", CheckCommand::new);
        commands.put("init", InitCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("top", TopCommand::new);
        commands.put("health", HealthCommand::new);
        commands.put("start", StartCommand::new);
        commands.put("stop", StopCommand::new);
        commands.put("restart", RestartCommand::new);
        commands.put("signal", SignalCommand::new);
        commands.put("scale", ScaleCommand::new);
        commands.put("plan", PlanCommand::new);
        commands.put("reload", ReloadCommand::new);
        commands.put("down", DownCommand::new);
        commands.put("logs", LogsCommand::new);
        commands.put("why", WhyCommand::new);
        commands.put("cron", CronCommand::new);
        commands.put("jobs", JobsCommand::new);
        commands.put("queue", QueueCommand::new);
        commands.put("clean", CleanCommand::new);
        commands.put("guard", GuardCommand::new);
        commands.put("zombies", ZombiesCommand::new);
        commands.put("orphans", OrphansCommand::new);
        commands.put("fleet", FleetCommand::new);
        commands.put("alerts", AlertsCommand::new);
        commands.put("report", ReportCommand::new);
        commands.put("token", TokenCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("import", ImportCommand::new);
        commands.put("audit", AuditCommand::new);
        commands.put("run", RunCommand::new);
        commands.put("protect", ProtectCommand::new);
        commands.put("schema", SchemaCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("manual", ManualCommand::new);
        commands.put("version", VersionCommand::new);
        return Collections.unmodifiableMap(commands);
    }

    /** What compares a configuration with this host. */
    public Holdfast comparing(Function<Config, HostCheck> with) {
        comparison = with;
        return this;
    }

    HostCheck comparison(Config config) {
        return comparison.apply(config);
    }

    /** What looks at this host where no daemon does it, for directories and a user id. */
    public Holdfast diagnosing(BiFunction<Directories, Integer, List<Doctor.Finding>> by) {
        diagnosis = by;
        return this;
    }

    List<Doctor.Finding> diagnosis() {
        return diagnosis.apply(directories(), uid);
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

    /** Unbuffered; says by an IOException when nobody reads it any more. */
    OutputStream standardOutput() {
        return standardOutput;
    }

    /** Whether standard output is a terminal. */
    public boolean onTerminal() {
        return Style.onTerminal();
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
