package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.PlanReply;
import dev.holdfast.api.Status;
import dev.holdfast.log.LogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast logs}. */
@Command(
        name = "logs",
        description = {
            "Shows what processes and schedules printed, merged by time.",
            "Reads the files itself, also when no daemon runs; asks the daemon for those that you may not read. The"
                    + " bytes of a line are written as the program wrote them; on a terminal, control characters"
                    + " other than tabs and colours are made visible."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast logs -f",
            "  holdfast logs web worker/1 --since 10m --stderr",
            "  holdfast logs --reopen",
            "  holdfast logs --level warn --grep '(?i)timeout' -n 50"
        })
final class LogsCommand extends Subcommand {
    /** Times nothing has come between two looks for replicas that have, where the daemon is asked. */
    private static final int LOOKS = 20;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME[/INDEX]",
            description = "processes, replicas such as web/1, or schedules; all when not given")
    private List<String> names = List.of();

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what comes, until interrupted")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "LINES",
            description = "the last lines of them all together; 20 when not given, and all with --since")
    private @Nullable Integer lines;

    @Option(
            names = "--reopen",
            description = "show nothing, but have the daemon write to files by their names from now on: for logrotate, "
                    + "when it has renamed them; as SIGUSR1, but it ends when that is done")
    private boolean reopen;

    @Option(names = "--timestamps", description = "begin each line with its time")
    private boolean timestamps;

    @Option(names = "--no-prefix", description = "do not begin each line with its replica's name")
    private boolean noPrefix;

    @ArgGroup
    private @Nullable Only only;

    @Mixin
    private LogFilter filter = new LogFilter();

    @Option(
            names = "--json",
            description =
                    "a JSON object a line: time, process, replica, instance, stream, level, labels and text, or json"
                            + " where a program wrote an object")
    private boolean json;

    private Predicate<Path> mayRead = LogFiles::mayRead;
    private boolean answers;
    private boolean asks;
    private final Set<Path> files = new HashSet<>();
    private final Set<Path> touched = new HashSet<>();
    private final Map<String, Integer> processes = new HashMap<>();

    /** One stream instead of both. */
    static final class Only {
        @Option(names = "--stderr", description = "only standard error")
        boolean stderr;

        @Option(names = "--stdout", description = "only standard output")
        boolean stdout;
    }

    /** For tests, whose user may read everything. */
    void reading(Predicate<Path> what) {
        mayRead = what;
    }

    @Override
    public Integer call() throws IOException, Refused {
        if (lines != null && lines < 0) {
            throw misuse("-n is 0 or more");
        }
        if (reopen) {
            return reopened();
        }
        List<LogFiles.Found> all = found();
        for (String wanted : names) {
            if (all.stream().noneMatch(f -> LogFiles.matches(wanted, f))) {
                err().println("holdfast: there is no log of " + wanted + "; holdfast logs without a name shows all");
                return ExitStatus.NO_SUCH_PROCESS;
            }
        }
        List<LogFiles.Found> chosen = chosen(all);
        if (chosen.isEmpty()) {
            return ExitStatus.DONE;
        }
        int width = chosen.stream().mapToInt(f -> f.name().length()).max().orElse(0);
        var look = new LogPrinter.Look(
                noPrefix ? 0 : width, timestamps, ZoneId.systemDefault(), style(), Style.onTerminal(), json);
        if (follow && filter.hasEnd()) {
            throw misuse("--until has an end, --follow has none");
        }
        Instant now = Instant.now();
        filter.at(now);
        Instant from = filter.beginning(now);
        try (var merge = new LogMerge(this::wanted)) {
            add(chosen, from, merge);
            show(from, now, merge, new LogPrinter(root().standardOutput(), look), directories(chosen));
        } catch (LogPrinter.Closed e) {
            if (!Style.onPipe()) {
                throw e; // a full disk, say; a reader that has enough is no failure
            }
        }
        return ExitStatus.DONE;
    }

    private Integer reopened() throws IOException, Refused {
        if (!names.isEmpty() || follow) {
            throw misuse("--reopen is for all files, and shows none");
        }
        client().postText(API + "logs/reopen", "", PlanReply.class);
        return ExitStatus.DONE;
    }

    private List<LogFiles.Found> chosen(List<LogFiles.Found> all) {
        return all.stream()
                .filter(f -> names.isEmpty() || names.stream().anyMatch(n -> LogFiles.matches(n, f)))
                .toList();
    }

    private List<LogFiles.Found> found() throws IOException, Refused {
        try {
            List<LogFiles.Found> told = LogFiles.of(client().get(API + "status", Status.class));
            answers = true;
            return told;
        } catch (Client.NoDaemon e) {
            return LogFiles.in(root().directories().log(), e);
        }
    }

    private void show(Instant from, Instant now, LogMerge merge, LogPrinter printer, Set<Path> directories)
            throws IOException {
        // Nothing in a directory tells what the daemon has to tell.
        try (var changes = new Changes(follow && !asks ? directories : Set.of())) {
            int n = lines != null ? lines : filter.hasBeginning() ? Integer.MAX_VALUE : 20;
            merge.past(from, n, filter.passesAll() && only == null && !json, printer);
            printer.flush();
            for (int looks = 0; follow; ) {
                if (merge.fresh(printer)) {
                    printer.flush();
                } else if (touched.addAll(changes.await()) || (asks && ++looks % LOOKS == 0)) {
                    lookForMore(now, merge);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean wanted(LogSource.Entry entry) {
        return (only == null || (entry.line().stderr() ? only.stderr : only.stdout)) && filter.test(entry);
    }

    /** Replicas that came into being while we follow: a file was touched that we had not seen before. */
    private void lookForMore(Instant from, LogMerge merge) throws IOException {
        List<LogFiles.Found> now;
        try {
            now = found();
        } catch (IOException | Refused gone) {
            return; // it is ending, or being restarted: the next look tells
        }
        add(chosen(now), from, merge);
    }

    private void add(List<LogFiles.Found> chosen, Instant from, LogMerge merge) throws IOException {
        for (LogFiles.Found f : chosen) {
            if (files.add(f.file())) {
                int process = processes.computeIfAbsent(f.process(), _ -> processes.size());
                merge.add(new LogSource(f, lines(f), process, from));
                touched.add(f.file().toAbsolutePath());
            }
        }
    }

    private LogLines lines(LogFiles.Found f) throws IOException {
        if (!answers || mayRead.test(f.file())) {
            return LogLines.of(new LogReader(f.file()));
        }
        if (filter.byOrigin()) {
            throw new IOException("permission denied: " + f.file()
                    + "; the daemon is asked for it then, but does not tell instances and labels");
        }
        asks = true;
        String stream = only == null ? "" : only.stderr ? "stderr" : "stdout";
        return new AskedLog(client(), f, filter.query(stream), follow, note -> err().println("holdfast: " + note));
    }

    private static Set<Path> directories(List<LogFiles.Found> chosen) {
        var directories = new HashSet<Path>();
        chosen.forEach(
                f -> Optional.ofNullable(f.file().toAbsolutePath().getParent()).ifPresent(directories::add));
        return directories;
    }
}
