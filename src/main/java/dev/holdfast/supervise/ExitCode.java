package dev.holdfast.supervise;

import dev.holdfast.event.Outcome;

/** The daemon's exit code, out of a replica's last end. */
final class ExitCode {
    private ExitCode() {}

    static int ofFailure(Replica r) {
        return r.state instanceof ReplicaState.Failed ? Math.max(1, of(r)) : 0;
    }

    /** As a shell tells it: the code, or 128 plus the signal. */
    static int of(Replica r) {
        return r.lastExit()
                .map(e -> switch (e.outcome()) {
                    case Outcome.Exited(int code) -> code;
                    case Outcome.Signalled(int signal, boolean _) -> 128 + signal;
                    case Outcome.Unknown _ -> 1;
                })
                .orElse(0);
    }
}
