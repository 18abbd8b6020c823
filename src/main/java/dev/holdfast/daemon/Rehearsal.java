package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.HooksSpec;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.LogSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.config.StopSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.ExitPolicy;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.supervise.Supervision;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Restarts a program of no use a few times when the first starts are over, through all that a restart goes through: what
 * a JVM does for the first time, and what it has not compiled, takes ten times as long as later. The program is a shell
 * that ends itself; supervision of its own decides about it, so no status, journal, console or log knows of it. The
 * loop's thread's own.
 */
final class Rehearsal {
    /** No process is called so. */
    private static final String NAME = "_rehearsal";
    /** Of its instances, beside those of {@code Action.Purpose}. */
    static final String PURPOSE = "REHEARSAL";

    /** After the last start or end: what is asked for comes first. */
    static final Duration QUIET = Duration.ofMillis(150);
    /** A real start meets an idle launcher most of the time, and the compiler keeps up. */
    private static final Duration PAUSE = Duration.ofMillis(8);
    /** The JVM compiles what it has been trained with when it is called for the fourth time. */
    static final int ROUNDS = 24;

    private static final Duration NEVER_LONG = Duration.ofSeconds(1);

    private final Launching launching;
    private final Supplier<Now> clock;
    private final Supervision supervision;
    private final Set<InstanceId> mine = new HashSet<>();
    private Action.@Nullable Launch next;
    private MonoTime at;
    private int rounds;
    private boolean begun;
    private boolean over;

    /** What launches a program, without any trace but its process. */
    interface Launching {
        /** @param purpose of its attributes */
        void launch(Action.Launch launch, String purpose);
    }

    Rehearsal(Supplier<Now> clock, Supplier<InstanceId> ids, Launching launching) {
        this.clock = clock;
        this.launching = launching;
        this.at = clock.get().mono().plus(QUIET);
        var all = new TreeMap<String, ProcessSpec>();
        all.put(NAME, spec());
        this.supervision = new Supervision(all, NEVER_LONG, new ExitPolicy.Never(), ids, 0);
    }

    /** It ends by the signal that most crashes are told by. */
    private static ProcessSpec spec() {
        var restart = new RestartSpec(
                RestartSpec.Policy.ALWAYS, Duration.ZERO, Duration.ZERO, 1, 0, null, NEVER_LONG, NEVER_LONG);
        var launch = new LaunchSpec(
                new CommandSpec(List.of("/bin/sh", "-c", "kill -KILL $$")),
                null,
                null,
                null,
                022,
                Collections.emptySortedMap(),
                false,
                List.of(),
                null,
                null,
                0,
                Collections.emptySortedMap(),
                List.of(),
                null,
                null);
        return new ProcessSpec(
                NAME,
                ProcessSpec.Type.LONGRUN,
                launch,
                1,
                null,
                null,
                Map.of(),
                new HooksSpec(null, null, null, null),
                restart,
                new StopSpec(Signal.TERM, NEVER_LONG, null),
                null,
                null,
                NEVER_LONG,
                Set.of(),
                null,
                true,
                false,
                LogSpec.DEFAULT,
                ResourcesSpec.NONE);
    }

    /** Something real started or ended. */
    void stirred(MonoTime now) {
        if (!begun) {
            at = now.plus(QUIET);
        }
    }

    /** Nothing more is begun. */
    void end() {
        begun = true;
        over = true;
        next = null;
        at = MonoTime.NEVER;
    }

    MonoTime deadline() {
        return at;
    }

    void tick(MonoTime now) {
        if (now.isBefore(at)) {
            return;
        }
        at = MonoTime.NEVER;
        Action.Launch launch = next;
        next = null;
        if (!begun) {
            begun = true;
            apply(new Stimulus.Begin(Set.of(), Set.of(), Set.of()));
        } else if (launch != null) {
            launching.launch(launch, PURPOSE);
        } else {
            apply(new Stimulus.Tick());
        }
    }

    /** @return whether the event was of the rehearsal, and so of nobody else's concern */
    boolean took(ProcessEvent event) {
        if (!mine.contains(event.id())) {
            return false;
        }
        switch (event) {
            case ProcessEvent.Emptied(InstanceId id, var _) -> mine.remove(id);
            case ProcessEvent.LaunchFailed(InstanceId id, var _) -> {
                mine.remove(id);
                end(); // no shell here, say: then the first restart is slow
            }
            case ProcessEvent.Started _, ProcessEvent.Exited _, ProcessEvent.Notified _ -> {}
        }
        if (!over) {
            apply(new Stimulus.FromProcess(event));
        }
        return true;
    }

    private void apply(Stimulus stimulus) {
        Now now = clock.get();
        for (Action action : supervision.apply(stimulus, now)) {
            switch (action) {
                case Action.Launch launch -> {
                    if (rounds++ == ROUNDS) {
                        end();
                    } else {
                        mine.add(launch.instance());
                        next = launch;
                        at = now.mono().plus(PAUSE);
                    }
                }
                case Action.Journal(var event) -> Words.of(event);
                case Action.SendSignal _, Action.Kill _, Action.Probe _, Action.EndChecks _, Action.Finish _ -> {}
            }
        }
    }
}
