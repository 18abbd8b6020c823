package dev.holdfast.cli;

import dev.holdfast.api.JobFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which jobs are meant. */
final class JobFilterOptions {
    @Option(names = "--queue", paramLabel = "QUEUE", description = "of this queue")
    private @Nullable String queue;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description =
                    "whose last attempt failed so: spawn, process, timeout, oom, network, size, delivery, lost, or as"
                            + " the queue names it")
    private @Nullable String failureClass;

    boolean given() {
        return queue != null || failureClass != null;
    }

    JobFilter with(@Nullable JobState state) {
        return new JobFilter(queue, state == null ? null : state.written(), failureClass);
    }

    /** Those of a query. */
    List<String> query() {
        var query = new ArrayList<String>();
        if (queue != null) {
            query.add("queue=" + Subcommand.encoded(queue));
        }
        if (failureClass != null) {
            query.add("class=" + Subcommand.encoded(failureClass));
        }
        return query;
    }

    /** As it is written, in lower case. */
    enum JobState {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Words for states, as they are typed. */
    static final class States extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        States() {
            super(List.of("queued", "running", "succeeded", "failed", "cancelled"));
        }
    }
}
