package dev.holdfast.supervise;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a replica ended the last times, or why it did not start, and who was behind it. */
final class Endings {
    private static final int KEPT = 10;
    private static final int SIGKILL = 9;

    private final Deque<ExitRecord> exits = new ArrayDeque<>(2);
    /** The last end or failed start, in words. */
    private String last = "";
    /** Why SIGKILL was sent to what runs now; empty when it was not. */
    private String killedBecause = "";
    /** The last signal that a person sent to what runs now. */
    private @Nullable Signal signalled;

    private String signalledBy = "";

    /** The limit that what runs now has passed, as we kept it. */
    private @Nullable Kill overran;

    /** Another instance is about to run. */
    void begin() {
        overran = null;
        killedBecause = "";
        signalled = null;
    }

    void signalled(Signal signal, String by) {
        signalled = signal;
        signalledBy = by;
    }

    void killed(String why) {
        killedBecause = why;
    }

    /** It passed a limit of its own: whatever its end looks like, it is that limit's doing. */
    void overran(Kill limit) {
        overran = limit;
    }

    boolean overran() {
        return overran != null;
    }

    void failedToStart(String why) {
        last = "could not be started: " + why;
    }

    String last() {
        return last;
    }

    Optional<ExitRecord> lastExit() {
        return Optional.ofNullable(exits.peekFirst());
    }

    List<ExitRecord> exits() {
        return List.copyOf(exits);
    }

    /** @param asked why it was to end; empty when nobody had asked */
    Event record(
            ReplicaId replica,
            InstanceId instance,
            Outcome outcome,
            @Nullable Usage measured,
            String asked,
            MonoTime started,
            Now now) {
        Kill limit = overran;
        Usage usage = limit == null || measured == null ? measured : measured.killedBy(limit);
        Duration uptime = now.mono().since(started);
        String why = asked.isEmpty() ? unasked(outcome, usage) : asked(asked, outcome, usage);
        last = Outcomes.describe(outcome, usage);
        exits.addFirst(new ExitRecord(now.wall(), instance, outcome, why, uptime, usage));
        if (exits.size() > KEPT) {
            exits.removeLast();
        }
        return new Event.Exited(now.wall(), replica, instance, outcome, usage, uptime, why);
    }

    private String asked(String why, Outcome outcome, @Nullable Usage usage) {
        if (!killedBecause.isEmpty()) {
            return why + "; " + killedBecause + ": killed";
        }
        return outcome instanceof Outcome.Signalled(int n, boolean _) && n == SIGKILL
                ? why + "; " + unasked(outcome, usage)
                : why;
    }

    private String unasked(Outcome outcome, @Nullable Usage usage) {
        String sent = signalled == null ? "" : signalled + " sent by " + signalledBy;
        return switch (outcome) {
            case Outcome.Signalled(int n, boolean _) ->
                signalled != null && signalled.number() == n
                        ? "killed by " + sent
                        : "killed by " + Outcomes.signal(n) + killer(outcome, usage);
            case Outcome.Exited _ -> "it ended by itself" + (sent.isEmpty() ? "" : ", after " + sent);
            case Outcome.Unknown _ -> sent.isEmpty() ? "nobody here had asked for it" : "after " + sent;
        };
    }

    private static String killer(Outcome outcome, @Nullable Usage usage) {
        Kill kill = usage == null ? null : usage.kill();
        if (kill == null || !kill.tellsTheEnd(outcome)) {
            return ", not by holdfast";
        }
        return switch (kill.by()) {
            case HOLDFAST, WATCHED_MEMORY, WATCHED_PIDS -> ", by holdfast";
            case OWN_LIMIT, INNER_LIMIT, HOST -> ", by the kernel for want of memory";
        };
    }
}
