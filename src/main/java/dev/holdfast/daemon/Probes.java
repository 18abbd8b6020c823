package dev.holdfast.daemon;

import dev.holdfast.chronicle.Words;
import dev.holdfast.config.HealthSpec.Check;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.process.ProcessEvent;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Asks whether processes are well: commands as instances of their own, ports and URLs on virtual threads. */
final class Probes {
    private final KernelLauncher launcher;
    private final Confinement confinement;
    private final Launches launches;
    private final Supplier<InstanceId> ids;
    private final Consumer<Runnable> loop;
    private final Consumer<Stimulus> answers;
    private final Map<InstanceId, Asked> asked = new HashMap<>();

    private record Asked(Action.Probe probe, MonoTime deadline, boolean answered) {}

    Probes(
            KernelLauncher launcher,
            Confinement confinement,
            Launches launches,
            Supplier<InstanceId> ids,
            Consumer<Runnable> loop,
            Consumer<Stimulus> answers) {
        this.launcher = launcher;
        this.confinement = confinement;
        this.launches = launches;
        this.ids = ids;
        this.loop = loop;
        this.answers = answers;
    }

    void ask(Action.Probe p) {
        switch (p.check()) {
            case Check.Exec(var command) -> {
                InstanceId id = ids.get();
                asked.put(id, new Asked(p, Loop.now().mono().plus(p.timeout()), false));
                ProcessRef beside = launcher.leader(p.instance()).orElse(null);
                confinement.launch(
                        launches.launch(id, p.replica(), Launches.PROBE, p.spec(), command, null, beside, 0, false),
                        p.spec());
            }
            case Check.Tcp tcp -> aside(p, "tcp probe", () -> post(p, NetworkProbe.tcp(tcp, p.timeout())));
            case Check.Http http ->
                aside(p, "http probe", () -> {
                    try {
                        post(p, NetworkProbe.http(http, p.timeout()));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            case Check.Notify() -> throw new IllegalArgumentException("readiness by notice is never asked for");
        }
    }

    private void aside(Action.Probe p, String name, Runnable asking) {
        try {
            Threads.start(Thread.ofVirtual().name(name).unstarted(asking));
        } catch (IOException e) {
            post(p, new NetworkProbe.Answer(false, String.valueOf(e.getMessage())));
        }
    }

    private void post(Action.Probe p, NetworkProbe.Answer answer) {
        loop.accept(() ->
                answers.accept(new Stimulus.Probed(p.instance(), p.sequence(), answer.healthy(), answer.detail())));
    }

    /** @return whether the event was of a probe, and so of nobody else's concern */
    boolean took(ProcessEvent event) {
        Asked a = asked.get(event.id());
        if (a == null) {
            return false;
        }
        switch (event) {
            case ProcessEvent.LaunchFailed(InstanceId id, String why) -> {
                answer(id, a, false, why);
                asked.remove(id);
            }
            case ProcessEvent.Exited(InstanceId id, Outcome outcome, var usage) -> {
                Kill kill = usage == null ? null : usage.kill();
                boolean healthy = outcome instanceof Outcome.Exited(int code) && code == 0;
                answer(id, a, healthy, "the check " + (kill == null ? Words.of(outcome) : kill.words(outcome)));
                launcher.kill(id); // what it left behind
            }
            case ProcessEvent.Emptied(InstanceId id, var _) -> asked.remove(id);
            case ProcessEvent.Started _, ProcessEvent.Notified _ -> {}
        }
        return true;
    }

    /** Nobody wants to know any more: what still asks about {@code instance} ends. */
    void end(InstanceId instance) {
        for (var e : Map.copyOf(asked).entrySet()) {
            Asked a = e.getValue();
            if (a.probe.instance().equals(instance)) {
                asked.put(e.getKey(), new Asked(a.probe, a.deadline, true));
                launcher.kill(e.getKey());
            }
        }
    }

    /** Whether no command asks about those of these processes or replicas that are {@code meant}. */
    boolean noneOf(Set<String> names, Predicate<ReplicaId> meant) {
        for (Asked a : asked.values()) {
            ReplicaId r = a.probe.replica();
            if ((names.contains(r.process()) || names.contains(r.toString())) && meant.test(r)) {
                return false;
            }
        }
        return true;
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Asked a : asked.values()) {
            next = a.answered ? next : MonoTime.earliest(next, a.deadline);
        }
        return next;
    }

    void tick(MonoTime now) {
        for (var e : Map.copyOf(asked).entrySet()) {
            if (!e.getValue().answered && !now.isBefore(e.getValue().deadline)) {
                answer(
                        e.getKey(),
                        e.getValue(),
                        false,
                        "no answer within " + e.getValue().probe.timeout().toMillis() + " ms");
                launcher.kill(e.getKey());
            }
        }
    }

    private void answer(InstanceId id, Asked a, boolean healthy, String detail) {
        if (!a.answered) {
            asked.put(id, new Asked(a.probe, a.deadline, true));
            answers.accept(new Stimulus.Probed(a.probe.instance(), a.probe.sequence(), healthy, detail));
        }
    }
}
