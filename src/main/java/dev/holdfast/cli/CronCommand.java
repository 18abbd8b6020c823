package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.CronDone;
import dev.holdfast.api.CronHistory;
import dev.holdfast.api.CronList;
import dev.holdfast.api.CronOrder;
import dev.holdfast.api.CronTexts;
import dev.holdfast.unit.Human;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast cron}. */
@Command(
        name = "cron",
        description = {
            "Shows and steers what runs at its time.",
            "list      next and last runs, results, durations",
            "next      due times to come",
            "run       runs it now, beside its due times",
            "pause     leaves out its due times until resume",
            "resume    goes on with the next due time",
            "history   what it did and used; with the last of its output by --output",
            "overlaps  which schedules pile up, the load that brings, and better minutes"
        },
        footer = {
            "",
            "Examples:",
            "  holdfast cron list",
            "  holdfast cron next backup -n 10",
            "  holdfast cron run backup --wait --timeout 10m",
            "  holdfast cron history backup -n 5 --output",
            "  holdfast cron history backup --json | jq '.attempts[].peakBytes'"
        })
final class CronCommand extends Subcommand {
    private static final int MOST = 1000;

    /** What is done; as it is written, in lower case. */
    enum Verb {
        LIST,
        NEXT,
        RUN,
        PAUSE,
        RESUME,
        HISTORY,
        OVERLAPS
    }

    @Parameters(index = "0", paramLabel = "VERB", description = "one of the above")
    private Verb verb = Verb.LIST;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "a schedule")
    private @Nullable String name;

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "how many; ${DEFAULT-VALUE} when not given",
            defaultValue = "10")
    private int n = 10;

    @Option(names = "--output", description = "of history: the end of each attempt's output, as much as is kept")
    private boolean output;

    @Option(
            names = "--lines",
            paramLabel = "N",
            description = "of history: at most so many lines of output of each attempt",
            defaultValue = "0")
    private int lines;

    @Option(names = "--json", description = "of list and history: the daemon's answer as it is")
    private boolean json;

    @Option(names = "--wait", description = "until the run is over; the exit code is 0 only for success")
    private boolean awaited;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Interval.class,
            description = "of --wait, such as 10m; then the exit code is 124")
    private @Nullable Duration timeout;

    @Override
    public Integer call() throws IOException, Refused {
        boolean whole = verb == Verb.LIST || verb == Verb.OVERLAPS;
        if (whole != (name == null)) {
            throw misuse(whole ? "cron " + written() + " takes no name" : "cron " + written() + " needs a name");
        }
        if (n < 1 || n > MOST || lines < 0 || lines > MOST) {
            throw misuse("-n is 1 to 1000, --lines 0 to 1000");
        }
        boolean past = verb == Verb.HISTORY;
        if (!past && (output || lines > 0)) {
            throw misuse("--output and --lines are for cron history");
        }
        if (json) {
            if (!past && verb != Verb.LIST) {
                throw misuse("--json is for cron list and cron history");
            }
            out().println(client().raw(past ? historyPath() : API + "cron"));
            out().flush();
            return ExitStatus.DONE;
        }
        switch (verb) {
            case LIST -> list(client().get(API + "cron", CronList.class));
            case NEXT -> times(client().get(path("next?n=" + n), CronTexts.class));
            case RUN -> {
                return run();
            }
            case PAUSE, RESUME -> {
                client().postText(path(written()), "", CronTexts.class);
                out().println(name + (verb == Verb.PAUSE ? " is paused" : " goes on"));
            }
            case HISTORY -> history(client().get(historyPath(), CronHistory.class));
            case OVERLAPS ->
                client().get(API + "cron/overlaps", CronTexts.class).lines().forEach(out()::println);
        }
        out().flush();
        return ExitStatus.DONE;
    }

    private String written() {
        return verb.name().toLowerCase(java.util.Locale.ROOT);
    }

    private String path(String what) {
        return API + "cron/" + encoded(String.valueOf(name)) + "/" + what;
    }

    private String historyPath() {
        return path("history?n=" + n + "&lines=" + (output && lines == 0 ? MOST : lines));
    }

    private int run() throws IOException, Refused {
        long millis = timeout == null ? 0 : timeout.toMillis();
        CronDone done = client().post(path("run"), new CronOrder(awaited, millis), CronDone.class);
        String result = done.result();
        if (!done.over()) {
            out().println(name + (awaited ? " still runs, as run " : " runs, as run ") + done.run());
            out().flush();
            return awaited ? ExitStatus.TIMED_OUT : ExitStatus.DONE;
        }
        out().println(name + " " + result + ": " + done.detail());
        out().flush();
        return "success".equals(result) ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private void list(CronList list) {
        Instant now = Instant.now();
        var table = new Table(style()).head("NAME", "WHEN", "STATE", "NEXT", "LAST", "RESULT", "AVG", "P95", "RUNS");
        for (CronList.Entry e : list.schedules()) {
            String next = e.next();
            String last = e.last();
            table.row(cells(
                    e.name(),
                    e.timing(),
                    e.state() + (e.pending() > 0 ? " +" + e.pending() : ""),
                    next == null ? Human.UNKNOWN : Human.at(next, ZoneId.systemDefault()),
                    last == null ? Human.UNKNOWN : Human.ago(last, now),
                    e.result() == null
                            ? Human.UNKNOWN
                            : e.result() + (e.paused() == null ? "" : " (" + e.paused() + ")"),
                    seconds(e.averageSeconds()),
                    seconds(e.p95Seconds()),
                    Integer.toString(e.attempts())));
        }
        (list.schedules().isEmpty() ? List.of("no schedules") : table.lines()).forEach(out()::println);
    }

    private static Table.Cell[] cells(String... texts) {
        return Arrays.stream(texts).map(Table::cell).toArray(Table.Cell[]::new);
    }

    private static String seconds(@Nullable Double seconds) {
        return seconds == null ? Human.UNKNOWN : Human.time(seconds.doubleValue());
    }

    private void times(CronTexts times) {
        times.lines().forEach(t -> out().println(Human.at(t, ZoneId.systemDefault())));
        if (times.lines().isEmpty()) {
            out().println("no due time is foreseen");
        }
    }

    private void history(CronHistory history) {
        for (CronHistory.Attempt a : history.attempts()) {
            String began = a.started();
            out().println(Human.at(began == null ? a.due() : began, ZoneId.systemDefault()) + "  " + a.result()
                    + (a.attempt() > 1 ? " (attempt " + a.attempt() + ")" : "")
                    + (a.times() > 1 ? " " + a.times() + " times" : "") + ": " + a.detail()
                    + (began == null ? "" : used(a))
                    + (a.cause().equals("due") ? "" : "; " + a.cause().replace('_', ' ')));
            List<String> printed = a.lines();
            if (printed != null) {
                printed.forEach(l -> out().println("  | " + l));
            } else if (began != null && (output || lines > 0)) {
                out().println("  | " + Human.UNKNOWN);
            }
        }
        if (history.attempts().isEmpty()) {
            out().println("it has not run yet");
        }
    }

    private static String used(CronHistory.Attempt a) {
        return "; took " + seconds(a.seconds()) + ", " + seconds(a.cpuSeconds()) + " of CPU, "
                + Human.bytes(a.peakBytes()) + " of memory, " + Human.bytes(a.readBytes()) + " read, "
                + Human.bytes(a.writtenBytes()) + " written";
    }
}
