package dev.holdfast.run;

import dev.holdfast.event.Outcome;
import dev.holdfast.linux.Caller;
import dev.holdfast.linux.Cgroup;
import dev.holdfast.linux.Children;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.OwnMemory;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Over a command that runs, until nothing of it is left: its time, its limits, signals for it, and what it leaves behind.
 */
final class Escort {
    private static final Path PROC = Path.of("/proc");
    /** What is about to end by itself when the command ends, such as a {@code tee} that reads its last output, may. */
    private static final Duration SETTLING = Duration.ofMillis(500);

    /** A command that runs for longer waits on; what only the start needed is given back. */
    private static final Duration BEFORE_TRIM = Duration.ofSeconds(2);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration BETWEEN_KILLS = Duration.ofMillis(10);
    private static final Duration LONGEST_KILL = Duration.ofSeconds(30);
    /** Typed at the terminal they reach the command without us. */
    private static final Set<Signal> TYPED = Set.of(Signal.INT);

    private final Wanted wanted;
    private final Supplier<MonoTime> clock;
    private final Consumer<String> say;
    private final Poller poller;
    private final Tree tree;
    private final Place place;
    private final Caller.@Nullable Terminal terminal;
    private final Queue<Signal> heard;
    private final Queue<Crossing> crossed;

    private @Nullable Outcome outcome;
    private boolean timedOut;
    private boolean asked;
    private MonoTime timeoutAt;
    private MonoTime trimAt;
    private MonoTime settledAt = MonoTime.NEVER;
    private MonoTime killAt = MonoTime.NEVER;
    private MonoTime giveUpAt = MonoTime.NEVER;

    /**
     * @param heard signals for the command
     * @param crossed limits that it has passed, which are kept by watching
     */
    Escort(
            Wanted wanted,
            Supplier<MonoTime> clock,
            Consumer<String> say,
            Poller poller,
            Tree tree,
            Place place,
            Caller.@Nullable Terminal terminal,
            Queue<Signal> heard,
            Queue<Crossing> crossed) {
        this.wanted = wanted;
        this.clock = clock;
        this.say = say;
        this.poller = poller;
        this.tree = tree;
        this.place = place;
        this.terminal = terminal;
        this.heard = heard;
        this.crossed = crossed;
        this.trimAt = clock.get().plus(BEFORE_TRIM);
        Duration timeout = wanted.timeout();
        this.timeoutAt = timeout == null ? MonoTime.NEVER : clock.get().plus(timeout);
    }

    Ending over(Pidfd leader) throws IOException {
        poller.add(leader.fd(), Poller.READABLE, ready -> reap(leader));
        while (true) {
            hear(leader);
            reapOrphans(leader);
            MonoTime now = clock.get();
            if (outcome != null && tree.empty()) {
                break;
            }
            MonoTime next = decide(now);
            if (next == null) {
                say.accept("could not be killed: " + tree.names());
                break;
            }
            poller.await(
                    next.equals(MonoTime.NEVER)
                            ? -1
                            : Math.max(0, next.nanos() - clock.get().nanos()));
        }
        tellWhatTheKernelDid();
        return ending();
    }

    private void reap(Pidfd leader) {
        if (outcome != null) {
            return;
        }
        try {
            outcome = leader.reap(true).map(Pidfd.Ended::outcome).orElse(null);
        } catch (Errno e) {
            outcome = new Outcome.Unknown(String.valueOf(e.getMessage()));
        }
        if (outcome != null) {
            poller.remove(leader.fd());
            settledAt = clock.get().plus(SETTLING);
            timeoutAt = MonoTime.NEVER;
        }
    }

    private void reapOrphans(Pidfd leader) {
        for (OptionalInt child = Children.ended(); child.isPresent(); child = Children.ended()) {
            int pid = child.getAsInt();
            if (pid == leader.process().pid() && outcome == null) {
                reap(leader);
                if (outcome == null) {
                    return;
                }
            } else if (!Children.reap(pid)) {
                return;
            }
        }
    }

    private void hear(Pidfd leader) throws IOException {
        for (Signal signal = heard.poll(); signal != null; signal = heard.poll()) {
            switch (signal) {
                case CHLD -> {} // whoever has ended is looked for anyway
                case USR1, USR2 -> leader.signal(signal);
                default -> {
                    if (TYPED.contains(signal) && terminal != null && terminal.signalsUs()) {
                        continue;
                    }
                    tree.signal(signal);
                    if (signal == Signal.TERM) {
                        killAt = MonoTime.earliest(killAt, clock.get().plus(wanted.grace()));
                    }
                }
            }
        }
    }

    /** @return when to look again; null when it is hopeless */
    private @Nullable MonoTime decide(MonoTime now) throws IOException {
        if (!now.isBefore(trimAt)) {
            trimAt = MonoTime.NEVER;
            System.gc();
            OwnMemory.trimHeap();
            OwnMemory.unmapUntouched(PROC);
        }
        if (!now.isBefore(timeoutAt)) {
            timedOut();
        }
        Crossing exceeded = crossed.poll();
        if (exceeded != null && giveUpAt.equals(MonoTime.NEVER)) {
            say.accept(words(exceeded) + ": killed");
            kill(now);
        }
        if (outcome != null && !asked && !now.isBefore(settledAt)) {
            asked = true;
            if (killAt.equals(MonoTime.NEVER)) {
                say.accept("left behind, ended now: " + tree.names());
                tree.signal(Signal.TERM);
                killAt = now.plus(wanted.grace());
            }
        }
        if (!now.isBefore(killAt)) {
            say.accept("there after " + Durations.format(wanted.grace()) + " of grace, killed: " + tree.names());
            kill(now);
        }
        if (!giveUpAt.equals(MonoTime.NEVER)) {
            tree.kill();
            return now.isBefore(giveUpAt) ? now.plus(BETWEEN_KILLS) : null;
        }
        MonoTime look = outcome == null ? MonoTime.NEVER : now.plus(BETWEEN_LOOKS);
        return MonoTime.earliest(timeoutAt, killAt, trimAt, look);
    }

    private static String words(Crossing c) {
        return switch (c.kind()) {
            case TASKS -> "limit of " + c.bound() + " processes and threads: " + c.value() + " there";
            case WARN, RECYCLE, MEMORY, FAR_ABOVE_MEMORY ->
                "memory limit " + new ByteSize(c.bound()) + ": " + mebibytes(c.value()) + " in use";
        };
    }

    private static String mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + "Mi";
    }

    private void timedOut() throws IOException {
        Duration timeout = wanted.timeout();
        timedOut = true;
        timeoutAt = MonoTime.NEVER;
        say.accept("timeout after " + (timeout == null ? "" : Durations.format(timeout)) + ": SIG"
                + wanted.signal().written());
        tree.signal(wanted.signal());
        tree.signal(Signal.CONT); // one that is stopped would not hear it
        killAt = MonoTime.earliest(killAt, clock.get().plus(wanted.grace()));
    }

    private void kill(MonoTime now) {
        killAt = MonoTime.NEVER;
        timeoutAt = MonoTime.NEVER;
        asked = true;
        giveUpAt = now.plus(LONGEST_KILL);
    }

    /** Limits that the kernel kept are told by what it counted. */
    private void tellWhatTheKernelDid() {
        Cgroup group = place.group();
        try {
            if (group != null) {
                tellWhatTheKernelDid(group);
            }
        } catch (Errno e) {
            say.accept("whether the kernel had to keep its limits cannot be told: " + e.getMessage());
        }
    }

    private void tellWhatTheKernelDid(Cgroup group) throws Errno {
        Map<String, Long> memory = group.counts("memory.events");
        long kills = memory.getOrDefault("oom_kill", 0L);
        if (kills > 0) {
            ByteSize limit = wanted.resources().memory();
            boolean own = limit != null && memory.getOrDefault("oom", 0L) > 0;
            OptionalLong peak = group.number("memory.peak");
            say.accept((own ? "memory limit " + limit : "the host's memory, or that of a group above, ran out")
                    + (peak.isPresent() ? ": peak " + mebibytes(peak.getAsLong()) : "")
                    + ": killed by the kernel");
        }
        Long refused = group.counts("pids.events").get("max");
        if (refused != null && refused > 0 && wanted.resources().pids() != null) {
            say.accept("limit of " + wanted.resources().pids() + " processes and threads: " + refused
                    + " more were refused");
        }
    }

    private Ending ending() {
        return switch (outcome) {
            case Outcome.Signalled(int signal, var _)
            when !timedOut || signal == Signal.KILL.number() -> Ending.signal(signal);
            case Outcome.Exited(int code) when !timedOut -> Ending.code(code);
            case Outcome.Exited _, Outcome.Signalled _ -> Ending.code(Ending.TIMED_OUT);
            case Outcome.Unknown(String why) -> {
                say.accept("how it ended is unknown: " + why);
                yield Ending.code(Ending.OWN_FAILURE);
            }
            case null -> Ending.signal(Signal.KILL.number()); // it is beyond killing
        };
    }
}
