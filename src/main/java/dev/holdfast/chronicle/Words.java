package dev.holdfast.chronicle;

import dev.holdfast.api.Status;
import dev.holdfast.event.Event;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Events as people read them. */
public final class Words {
    private Words() {}

    public static String of(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Exited(int code) -> "exited with " + code;
            case Outcome.Signalled(int signal, boolean core) ->
                "was ended by SIG"
                        + Signal.ofNumber(signal).map(Signal::written).orElse("RT " + signal)
                        + (core ? " and dumped core" : "");
            case Outcome.Unknown(String why) -> "ended, nobody knows how: " + why;
        };
    }

    /** The same with who killed it, where that is known. */
    public static String of(Outcome outcome, @Nullable Usage usage) {
        Kill kill = usage == null ? null : usage.kill();
        if (kill == null) {
            return of(outcome);
        }
        return kill.tellsTheEnd(outcome) ? kill.words(outcome) : of(outcome) + "; " + kill.words(outcome);
    }

    /** Without the replica's name, which stands before it. */
    public static String of(Event event) {
        return switch (event) {
            case Event.Started e -> "started, pid " + e.leader().pid();
            case Event.StartFailed e -> "could not be started: " + e.why();
            case Event.Adopted e -> "adopted, pid " + e.leader().pid();
            case Event.Ready _ -> "ready";
            case Event.Presumed e -> "counts as ready, which nobody has heard: " + e.why();
            case Event.Unhealthy e -> "unhealthy: " + e.detail();
            case Event.Stopping e -> "stopping: " + e.why();
            case Event.Killed e -> e.why() + ": killing all of it";
            case Event.Exited e -> of(e.outcome(), e.usage()) + " after " + of(e.uptime());
            case Event.Survived e -> "these outlived SIGKILL: " + e.survivors();
            case Event.Restarting e -> e.delay().isZero() ? "restarting now" : "restarting in " + of(e.delay());
            case Event.Completed _ -> "completed";
            case Event.GivenUp e -> "given up: " + e.why();
            case Event.HookFailed e -> "hook " + e.hook() + " failed: " + e.why();
            case Event.MemoryHigh e ->
                "uses " + mebibytes(e.bytes()) + " of memory, at its warning mark of " + mebibytes(e.markBytes());
            case Event.Breaker e -> "circuit breaker " + e.state();
            case Event.Scaled e -> "scaled from " + e.from() + " to " + e.to() + ": " + e.why();
            case Event.ScaleHeld e ->
                "stays at " + e.number() + (e.number() == 1 ? " replica: " : " replicas: ") + e.why();
            case Event.LogUnwritable e -> "its log " + e.file() + " cannot be written: " + e.why();
            case Event.LogWritable e ->
                "its log " + e.file() + " can be written again; it lacks " + e.missingBytes() + " bytes";
        };
    }

    /** How much it matters. */
    public static Level level(Event event) {
        return switch (event) {
            case Event.StartFailed _, Event.GivenUp _, Event.Survived _, Event.LogUnwritable _ -> Level.ERROR;
            case Event.Unhealthy _, Event.Killed _, Event.HookFailed _, Event.Breaker _, Event.MemoryHigh _ ->
                Level.WARNING;
            case Event.Presumed _, Event.ScaleHeld _ -> Level.NOTICE;
            case Event.Exited e -> e.outcome().equals(new Outcome.Exited(0)) ? Level.INFO : Level.NOTICE;
            case Event.Started _,
                    Event.Adopted _,
                    Event.Ready _,
                    Event.Stopping _,
                    Event.Restarting _,
                    Event.Completed _,
                    Event.Scaled _,
                    Event.LogWritable _ -> Level.INFO;
        };
    }

    /** What runs of it uses, beside its limits; null when nothing runs. */
    public static @Nullable String uses(Status.Replica r) {
        if (r.pid() == null) {
            return null;
        }
        var parts = new ArrayList<String>();
        Long memory = r.memoryBytes();
        if (memory != null) {
            Long limit = r.memoryLimitBytes();
            Long peak = r.memoryPeakBytes();
            parts.add(mebibytes(memory) + (limit == null ? "" : " of " + new ByteSize(limit)) + " memory"
                    + (peak == null ? "" : " (at most " + mebibytes(peak) + ")"));
        }
        if (r.cpuSeconds() != null) {
            parts.add("%.2fs of CPU".formatted(r.cpuSeconds())
                    + (r.cpuLimit() == null ? "" : " with a limit of " + r.cpuLimit() + " cores"));
        }
        if (r.pids() != null) {
            parts.add(r.pids() + (r.pidsLimit() == null ? "" : " of " + r.pidsLimit()) + " processes and threads");
        }
        if (r.enforcedBy() != null) {
            parts.add("limits enforced by: " + r.enforcedBy());
        }
        return String.join(", ", parts);
    }

    private static String mebibytes(long bytes) {
        return "%.1fMi".formatted(bytes / (double) (1 << 20));
    }

    public static String of(Duration d) {
        if (d.toSeconds() >= 3600) {
            return d.toHours() + "h" + d.toMinutesPart() + "m";
        }
        if (d.toSeconds() >= 60) {
            return d.toMinutes() + "m" + d.toSecondsPart() + "s";
        }
        return "%.1fs".formatted((double) d.toMillis() / 1000);
    }
}
