package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.Submission;
import dev.holdfast.api.Submissions;
import dev.holdfast.api.Submitted;
import dev.holdfast.unit.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast jobs submit}. */
@Command(
        name = "submit",
        description = {
            "Submits a job to a queue, or many.",
            "When it ends with 0, the job is on disk. A job with an --id that was accepted before is not run again; with"
                    + " another payload it is refused.",
            "With --from each line is a JSON object of fields, such as {\"url\": \"https://…\"}; or, with more to say, of"
                    + " payload, id, delay and priority. Lines that are refused are told with their numbers, the others"
                    + " are submitted; the exit code is then 1."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast jobs submit downloads url=https://example.org/1",
            "  holdfast jobs submit downloads url=https://example.org/1 --id user7-1 --delay 5m --priority 10",
            "  holdfast jobs submit downloads url=https://example.org/1 --wait=10m",
            "  holdfast jobs submit downloads --from urls.jsonl"
        })
final class JobsSubmitCommand extends JobSubcommand {
    @Override
    String listing() {
        return "holdfast queue list";
    }

    @Parameters(index = "0", paramLabel = "QUEUE", description = "the queue")
    private String queue = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FIELD=VALUE",
            description = "what the job says; fields that the queue has")
    private List<String> fields = List.of();

    @Option(names = "--from", paramLabel = "FILE", description = "JSON lines, one job each; - is standard input")
    private @Nullable String from;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "nobody else's: submitted again, with the same payload, it is the same job")
    private @Nullable String id;

    @Option(names = "--delay", paramLabel = "DURATION", description = "not begun before, such as 5m")
    private @Nullable Duration delay;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "-100 to 100, the highest first; ${DEFAULT-VALUE} when not given",
            defaultValue = "0")
    private int priority;

    @Option(
            names = "--wait",
            arity = "0..1",
            preprocessor = Attached.class,
            converter = Interval.class,
            paramLabel = "DURATION",
            description =
                    "until the job is over: the exit code is 0 when it succeeded, else 1; with --wait=10m for so long"
                            + " at most: then it is 124, and the job goes on")
    private @Nullable Duration wait;

    @Option(names = "--json", description = "the daemon's answer as it is; with --from one a line")
    private boolean json;

    /** A time goes with {@code --wait} only behind an equals sign: what follows a space is a field. */
    static final class Attached implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec spec, ArgSpec arg, Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                args.push("0");
            }
            return false;
        }
    }

    @Override
    public Integer call() throws IOException, Refused {
        String path = API + "queues/" + encoded(queue) + "/jobs";
        if (from != null) {
            if (!fields.isEmpty() || id != null || delay != null || priority != 0 || wait != null) {
                throw misuse(
                        "with --from all of a job stands in its line: no fields, --id, --delay, --priority, --wait");
            }
            return new Feed(client(), path, json, out(), err()).from(from);
        }
        if (priority < Submission.LEAST || priority > Submission.MOST) {
            throw misuse("--priority is " + Submission.LEAST + " to " + Submission.MOST + ", not " + priority);
        }
        var job = new Submission(payload(), id(), delay == null ? null : Durations.format(delay), priority);
        Submitted.Job done = client().post(path, job, Submitted.Job.class);
        if (wait == null) {
            out().println(json ? Client.write(done) : told(done));
            out().flush();
            return ExitStatus.DONE;
        }
        return awaited(done.id(), wait);
    }

    private static String told(Submitted.Job job) {
        return job.id() + (job.status() == 201 ? " accepted" : " was accepted before; it is " + job.state());
    }

    private Map<String, String> payload() {
        var payload = new TreeMap<String, String>();
        for (String field : fields) {
            int equals = field.indexOf('=');
            if (equals <= 0) {
                throw misuse("\"" + Table.printable(field) + "\" is no field: they are written NAME=VALUE");
            }
            if (payload.put(field.substring(0, equals), field.substring(equals + 1)) != null) {
                throw misuse("\"" + Table.printable(field.substring(0, equals)) + "\" is given twice");
            }
        }
        return payload;
    }

    private @Nullable String id() {
        try {
            return Submissions.id(id, "--id: ");
        } catch (IllegalArgumentException e) {
            throw misuse(Table.printable(String.valueOf(e.getMessage())));
        }
    }

    /** @param most zero: as long as it takes */
    private int awaited(String job, Duration most) throws IOException, Refused {
        JobReport report;
        try {
            report = new JobWait(client()).until(job, most);
        } catch (IOException | Refused e) {
            err().println("holdfast: " + job + " was accepted; holdfast jobs show " + job + " tells what became of it");
            throw e;
        }
        out().println(json ? Client.write(report) : JobText.ended(report));
        out().flush();
        if (!report.over()) {
            err().println("holdfast: the wait ran out; the job goes on: holdfast jobs show " + job
                    + " tells how far it is");
            return ExitStatus.TIMED_OUT;
        }
        return report.state().equals("succeeded") ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
