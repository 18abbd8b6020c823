package dev.holdfast.supervise;

import dev.holdfast.event.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;

/** The daemon's exit code, out of a replica's last end. */
final class ExitCode {
    private ExitCode() {}

    /**
     * The code to end with, once the policy says that it is time.
     *
     * @param departed how the last replica of the process that decides ended, of which there may be none any more
     */
    static OptionalInt decided(ExitPolicy policy, Population population, int departed) {
        Collection<Replica> all = population.all();
        Graph graph = population.graph();
        return switch (policy) {
            case ExitPolicy.Never() -> OptionalInt.empty();
            case ExitPolicy.AllStopped() -> once(all, graph, ExitCode::ofFailure);
            case ExitPolicy.AnyFailed() ->
                all.stream()
                        .filter(r -> r.state instanceof ReplicaState.Failed)
                        .mapToInt(ExitCode::ofFailure)
                        .findFirst();
            case ExitPolicy.With(String name) -> {
                List<Replica> deciders =
                        all.stream().filter(r -> r.id.process().equals(name)).toList();
                if (!deciders.isEmpty()) {
                    yield once(deciders, graph, ExitCode::of);
                }
                // Scaled to 0 or disabled it is as good as stopped. Taken out of the file it decides nothing.
                yield population.spec(name) == null ? OptionalInt.empty() : OptionalInt.of(departed);
            }
        };
    }

    /** The highest code, once none of these will change any more without a person; work that was never begun is no success. */
    private static OptionalInt once(Collection<Replica> all, Graph graph, ToIntFunction<Replica> code) {
        int highest = 0;
        for (Replica r : all) {
            boolean inVain = graph.inVain(r);
            if (r.live() || r.instances > 0 || !(r.settled() || inVain)) {
                return OptionalInt.empty();
            }
            highest = Math.max(highest, inVain ? ofCause(graph.failedCauses(r)) : code.applyAsInt(r));
        }
        return OptionalInt.of(highest);
    }

    /** The highest of them; a wait in vain for what was only stopped, or never begun, is a failure too. */
    private static int ofCause(Set<Replica> failed) {
        return failed.stream().mapToInt(ExitCode::ofFailure).max().orElse(1);
    }

    static int ofFailure(Replica r) {
        return r.state instanceof ReplicaState.Failed ? Math.max(1, of(r)) : 0;
    }

    /** As a shell tells it: the code, or 128 plus the signal. */
    static int of(Replica r) {
        return r.endings
                .lastExit()
                .map(e -> switch (e.outcome()) {
                    case Outcome.Exited(int code) -> code;
                    case Outcome.Signalled(int signal, boolean _) -> 128 + signal;
                    case Outcome.Unknown _ -> 1;
                })
                .orElse(0);
    }
}
