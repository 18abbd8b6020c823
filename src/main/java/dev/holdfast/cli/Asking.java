package dev.holdfast.cli;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Done;
import dev.holdfast.api.Request;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command that asks something of processes and shows what came of it. */
abstract class Asking extends Subcommand {
    @Mixin
    private final Waiting waiting = new Waiting();

    /**
     * @param verb as in the path
     * @param mustRun whether a replica that has failed is this command's failure
     */
    final int ask(String verb, List<String> names, @Nullable String signal, boolean mustRun)
            throws IOException, Refused {
        return ask(verb, new Request(names, signal, null, null, waiting.wanted(), waiting.timeoutMillis()), mustRun);
    }

    /** @param hold null: nothing is held */
    final int scale(String name, int replicas, @Nullable Duration hold) throws IOException, Refused {
        Long seconds = hold == null ? null : (Long) hold.toSeconds();
        return ask(
                "scale",
                new Request(List.of(name), null, replicas, seconds, waiting.wanted(), waiting.timeoutMillis()),
                true);
    }

    private int ask(String verb, Request request, boolean mustRun) throws IOException, Refused {
        Done done = client().post(API + "processes/" + verb, request, Done.class);
        StatusTable.brief(done.status(), style()).forEach(out()::println);
        done.notes().forEach(n -> err().println("holdfast: " + Table.printable(n)));
        if (!done.settled() && waiting.wanted()) {
            err().println("holdfast: the wait ran out; what was asked goes on: holdfast status shows how far it is");
            return ExitStatus.TIMED_OUT;
        }
        boolean failed = mustRun && anyFailed(done.status());
        boolean waits = mustRun && waiting.wanted() && anyWaits(done.status());
        return failed || waits ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    /** It has settled and still waits: in vain. */
    private boolean anyWaits(Status status) {
        List<Status.Replica> waits = status.replicas().stream()
                .filter(r -> r.state().equals("waiting"))
                .toList();
        waits.forEach(r -> err().println("holdfast: " + r.name() + " waits " + Table.printable(r.detail())));
        return !waits.isEmpty();
    }

    private boolean anyFailed(Status status) {
        List<Status.Replica> failed = status.replicas().stream()
                .filter(r -> r.state().equals("failed"))
                .toList();
        for (Status.Replica r : failed) {
            err().println("holdfast: " + r.name() + " failed: " + Table.printable(r.detail()) + "; holdfast why "
                    + r.name());
        }
        return !failed.isEmpty();
    }
}
