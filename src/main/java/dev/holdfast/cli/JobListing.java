package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.JobList;
import dev.holdfast.cli.JobFilterOptions.JobState;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that lists jobs. */
abstract class JobListing extends JobSubcommand {
    private static final int MOST = 1000;

    @Mixin
    private final JobFilterOptions filter = new JobFilterOptions();

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "how many, 1 to " + MOST + "; ${DEFAULT-VALUE} when not given",
            defaultValue = "50")
    private int n;

    @Option(names = "--after", paramLabel = "ID", description = "those after this one of an earlier list")
    private @Nullable String after;

    @Option(names = "--json", description = "the daemon's answer as it is")
    private boolean json;

    final int list(@Nullable JobState state) throws IOException, Refused {
        if (n < 1 || n > MOST) {
            throw misuse("-n is 1 to " + MOST + ", not " + n);
        }
        var query = filter.query();
        if (state != null) {
            query.add("state=" + state.written());
        }
        query.add("n=" + n);
        if (after != null) {
            query.add("after=" + encoded(after));
        }
        String answer = client().raw(JOBS + "?" + String.join("&", query));
        if (json) {
            out().println(answer);
        } else {
            JobList list = Client.read(answer, JobList.class);
            JobText.table(list.jobs(), Instant.now(), style()).forEach(out()::println);
            if (list.more() && !list.jobs().isEmpty()) {
                err().println("there are more: --after " + list.jobs().getLast().id());
            }
        }
        out().flush();
        return ExitStatus.DONE;
    }
}
