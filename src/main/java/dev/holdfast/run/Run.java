package dev.holdfast.run;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Caller;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Host;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Sentinel;
import dev.holdfast.linux.Spawn;
import dev.holdfast.linux.SpawnThread;
import dev.holdfast.linux.VmSignals;
import dev.holdfast.process.Bounds;
import dev.holdfast.process.Bounds.Crossing;
import dev.holdfast.process.Launch;
import dev.holdfast.process.Solo;
import dev.holdfast.process.Watch;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One command with its limits, in the caller's place. The calling thread owns it. */
public final class Run {
    private static final Path PROC = Path.of("/proc");
    private static final Path SYS = Path.of("/sys");
    /**
     * CHLD: an orphan that was handed to us has ended. QUIT cannot be heard: HotSpot keeps it for its thread dump, and
     * with -Xrs, which would free it, it hears none of the others; a signalfd gets it only where every thread blocks it,
     * and one of HotSpot's own unblocks it.
     */
    private static final List<Signal> HEARD =
            List.of(Signal.TERM, Signal.INT, Signal.HUP, Signal.USR1, Signal.USR2, Signal.CHLD);

    /** Between two looks at a command that grows: what it may have beyond its limit is what it gets in this time. */
    private static final Duration BEAT = Duration.ofMillis(100);

    private static final Set<String> WATCHABLE = Set.of(Place.MEMORY, Place.PIDS);

    private final Wanted wanted;
    private final Supplier<MonoTime> clock;
    private final Consumer<String> say;
    private final Consumer<String> fail;

    /**
     * @param say told, a line each, what a person should know
     * @param fail told why the command does not run
     */
    public Run(Wanted wanted, Supplier<MonoTime> clock, Consumer<String> say, Consumer<String> fail) {
        this.wanted = wanted;
        this.clock = clock;
        this.say = line -> say.accept(wanted.name() + ": " + line);
        this.fail = fail;
    }

    /**
     * Runs it to its end, and ends what it leaves behind.
     *
     * @throws IOException when it cannot be looked after
     */
    public Ending go() throws IOException, InterruptedException {
        Launching launching = new Launching(wanted, PROC);
        List<String> problems = launching.problems();
        if (!problems.isEmpty()) {
            problems.forEach(fail);
            return Ending.code(Ending.OWN_FAILURE);
        }
        var host = new Host(PROC, clock);
        host.becomeSubreaper();
        host.requireChildrenFiles();
        try (Poller poller = Poller.open();
                Place place = Place.find(host, PROC, SYS, wanted)) {
            Map<String, String> lacking = place.lacking();
            if (wanted.strict() && !lacking.isEmpty()) {
                fail.accept("not run, --strict: the kernel does not keep " + sentence(lacking));
                return Ending.code(Ending.OWN_FAILURE);
            }
            if (!lacking.isEmpty()) {
                say.accept("weaker here: " + weaker(lacking));
            }
            Queue<Signal> heard = listen(poller);
            // Before there is anything that it would have to end.
            Sentinel sentinel = sentinel(launching.mark(), place);
            boolean over = false;
            try {
                Ending ending = launched(launching, host, poller, place, heard, sentinel);
                over = true;
                return ending;
            } finally {
                if (sentinel != null && over) {
                    sentinel.close();
                } else if (sentinel != null) {
                    sentinel.abandon(); // whatever kept us from guarding the command: it shall not run unguarded
                }
            }
        }
    }

    private Ending launched(
            Launching launching,
            Host host,
            Poller poller,
            Place place,
            Queue<Signal> heard,
            @Nullable Sentinel sentinel)
            throws IOException, InterruptedException {
        Caller.keepOwnFiles(PROC);
        Caller.Terminal terminal = Caller.Terminal.ofOurs();
        String dir = launching.gateDirectory(host.pid());
        Solo.Begun begun;
        try (Fd stdin = Descriptors.standard(0);
                Fd stdout = Descriptors.standard(1);
                Fd stderr = Descriptors.standard(2)) {
            Launch launch = launching.launch(new Launch.Output.Given(stdout, stderr));
            var heritage = new Spawn.Heritage(stdin, terminal == null, launching.ignoredSignals());
            begun = Solo.launch(host, poller, Path.of(dir), launch, heritage, place.group());
        } finally {
            Descriptors.rmdir(dir);
        }
        return switch (begun) {
            case Solo.Begun.Failed(SpawnThread.Failure failure) -> {
                fail.accept(failure.why());
                yield Ending.code(
                        switch (failure.kind()) {
                            case PREPARATION -> Ending.OWN_FAILURE;
                            case NOT_FOUND -> Ending.NOT_FOUND;
                            case NOT_EXECUTABLE -> Ending.NOT_EXECUTABLE;
                        });
            }
            case Solo.Begun.Running(Pidfd leader) -> {
                int other = sentinel == null ? 0 : sentinel.pid();
                var crossed = new ConcurrentLinkedQueue<Crossing>();
                var escort = new Escort(
                        wanted, clock, say, poller, new Tree(host, place, other), place, terminal, heard, crossed);
                try (Watch watch = watch(host, poller, launching.id(), other, crossed)) {
                    watch.over(launching.id(), leader.process(), bounds(place));
                    yield escort.over(leader);
                }
            }
        };
    }

    /** Whatever falls to us is the command's, whether or not it kept its session and environment. */
    private Watch watch(Host host, Poller poller, InstanceId id, int other, Queue<Crossing> crossed) throws Errno {
        int self = host.pid();
        return new Watch(
                PROC,
                self,
                (_, pid, parent) -> parent == self && pid != other ? Optional.of(id.value()) : Optional.empty(),
                clock,
                BEAT,
                crossing -> {
                    crossed.add(crossing);
                    poller.wake();
                },
                say);
    }

    /** What the kernel does not keep here. */
    private Bounds bounds(Place place) {
        ByteSize memory = wanted.resources().memory();
        return new Bounds(
                null,
                null,
                memory != null && place.lacking().containsKey(Place.MEMORY) ? (Long) memory.bytes() : null,
                place.lacking().containsKey(Place.PIDS) ? wanted.resources().pids() : null);
    }

    private @Nullable Sentinel sentinel(String mark, Place place) {
        try {
            return Sentinel.of(mark, place.dir());
        } catch (Errno e) {
            say.accept("weaker here: a SIGKILL of holdfast itself would leave the command running (" + e.getMessage()
                    + ")");
            return null;
        }
    }

    private static Queue<Signal> listen(Poller poller) {
        Queue<Signal> heard = new ConcurrentLinkedQueue<>();
        for (Signal signal : HEARD) {
            VmSignals.handle(signal.name(), () -> {
                heard.add(signal);
                poller.wake();
            });
        }
        Caller.ignore(Signal.QUIT); // at which the JVM would print its threads to the command's stdout
        return heard;
    }

    /** What is kept by watching, and what is not kept at all. */
    private static String weaker(Map<String, String> lacking) {
        var watched = lacking.keySet().stream().filter(WATCHABLE::contains).collect(Collectors.joining(", "));
        var not = lacking.keySet().stream().filter(o -> !WATCHABLE.contains(o)).collect(Collectors.joining(", "));
        return (watched.isEmpty() ? "" : watched + " kept by watching")
                + (watched.isEmpty() || not.isEmpty() ? "" : ", ")
                + (not.isEmpty() ? "" : not + " not kept")
                + " (" + String.join("; ", lacking.values().stream().distinct().toList()) + ")";
    }

    private static String sentence(Map<String, String> lacking) {
        return String.join(", ", lacking.keySet()) + " ("
                + String.join("; ", lacking.values().stream().distinct().toList()) + ")";
    }
}
