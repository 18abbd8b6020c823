package dev.holdfast.supervise;

import dev.holdfast.event.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/** The daemon's exit code, out of a replica's last end. */
final class ExitCode {
    private ExitCode() {}

    /** The code to end with, once the policy says that it is time. */
    static OptionalInt decided(ExitPolicy policy, Collection<Replica> all) {
        return switch (policy) {
            case ExitPolicy.Never() -> OptionalInt.empty();
            case ExitPolicy.AllStopped() ->
                all.stream().allMatch(ExitCode::over)
                        ? OptionalInt.of(
                                all.stream().mapToInt(ExitCode::ofFailure).max().orElse(0))
                        : OptionalInt.empty();
            case ExitPolicy.AnyFailed() ->
                all.stream()
                        .filter(r -> r.state instanceof ReplicaState.Failed)
                        .mapToInt(ExitCode::ofFailure)
                        .findFirst();
            case ExitPolicy.With(String name) -> {
                List<Replica> deciders =
                        all.stream().filter(r -> r.id.process().equals(name)).toList();
                yield !deciders.isEmpty() && deciders.stream().allMatch(ExitCode::over)
                        ? OptionalInt.of(
                                deciders.stream().mapToInt(ExitCode::of).max().orElse(0))
                        : OptionalInt.empty();
            }
        };
    }

    private static boolean over(Replica r) {
        return r.settled() && !r.live();
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
