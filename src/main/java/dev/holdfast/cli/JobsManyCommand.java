package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobCount;
import dev.holdfast.api.JobFilter;
import dev.holdfast.cli.JobFilterOptions.JobState;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command about jobs that are named, or about all of a kind. */
abstract class JobsManyCommand extends JobSubcommand {
    @Parameters(arity = "0..*", paramLabel = "ID", description = "the jobs")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "all failed ones; fewer with --queue and --class")
    private boolean all;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "of --all: failed, as when not given, cancelled, or, to be forgotten, succeeded")
    private @Nullable JobState state;

    @Mixin
    private final JobFilterOptions filter = new JobFilterOptions();

    /**
     * @param verb as in the path
     * @param done as people are told
     */
    final int ask(String verb, String done) throws IOException, Refused {
        if (all != ids.isEmpty()) {
            throw misuse(all ? "name jobs or say --all, not both" : "which jobs? name them, or say --all");
        }
        if (!all && (filter.given() || state != null)) {
            throw misuse("--queue, --class and --state go with --all");
        }
        if (!all) {
            return each(ids, id -> {
                client().postText(JOBS + "/" + encoded(id) + "/" + verb, "", Object.class);
                out().println(id + " " + done);
            });
        }
        JobFilter which = filter.with(state == null ? JobState.FAILED : state);
        int count = client().post(JOBS + "/" + verb, which, JobCount.class).count();
        out().println(count + (count == 1 ? " job " : " jobs ") + done);
        out().flush();
        return ExitStatus.DONE;
    }
}
