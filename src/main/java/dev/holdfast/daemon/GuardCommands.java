package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.unit.MonoTime;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What rules run: instances of their own, killed at their timeout. On the loop's thread. */
final class GuardCommands {
    static final String PURPOSE = "GUARD";
    /** A rule that fires for a thousand processes runs no thousand commands at once. */
    private static final int MOST = 16;

    private final KernelLauncher launcher;
    private final Confinement confinement;
    private final Launches launches;
    private final Console console;
    private final Map<InstanceId, Running> running = new HashMap<>();

    private record Running(String rule, MonoTime deadline, boolean told) {}

    GuardCommands(KernelLauncher launcher, Confinement confinement, Launches launches, Console console) {
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.console = console;
    }

    void run(Deed.Exec exec, String rule, Map<String, String> variables) {
        if (running.size() >= MOST) {
            console.warn("guard " + rule + ": " + MOST + " commands of rules run already; this one is left out");
            return;
        }
        InstanceId id = InstanceId.fresh();
        ProcessSpec spec = GuardSpec.program("guard", exec, new TreeMap<>(variables));
        running.put(id, new Running(rule, Loop.now().mono().plus(exec.timeout()), false));
        confinement.launch(
                launches.launch(id, new ReplicaId("guard", 0), PURPOSE, spec, exec.command(), null, null, 0, false),
                spec);
    }

    /** @return whether the event was of one of them, and so of nobody else's concern */
    boolean took(ProcessEvent event) {
        Running r = running.get(event.id());
        if (r == null) {
            return false;
        }
        switch (event) {
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                say(r, "could not be started: " + why);
                running.remove(id);
            }
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var _) -> {
                if (!r.told && !outcome.equals(new Outcome.Exited(0))) {
                    say(r, Words.of(outcome));
                }
                running.put(id, new Running(r.rule, MonoTime.NEVER, true));
                launcher.kill(id); // what it left behind
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> running.remove(id);
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
        }
        return true;
    }

    private void say(Running r, String what) {
        console.warn("guard " + r.rule + ": its command " + what);
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Running r : running.values()) {
            next = MonoTime.earliest(next, r.deadline);
        }
        return next;
    }

    void tick(MonoTime now) {
        for (var e : Map.copyOf(running).entrySet()) {
            Running r = e.getValue();
            if (!now.isBefore(r.deadline)) {
                say(r, "was not done in its time: killed");
                running.put(e.getKey(), new Running(r.rule, MonoTime.NEVER, true));
                launcher.kill(e.getKey());
            }
        }
    }
}
