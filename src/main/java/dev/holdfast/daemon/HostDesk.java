package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.alert.Series;
import dev.holdfast.api.Doctor;
import dev.holdfast.config.HostSpec;
import dev.holdfast.config.HostSpec.Metric;
import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.host.Action;
import dev.holdfast.host.Hosting;
import dev.holdfast.host.Snapshot;
import dev.holdfast.host.WatchView;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.HostGauges;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.PressureTrigger;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the host's thresholds decide, done: it is looked at, told of, and mended. The loop's thread's own. */
final class HostDesk {
    private static final int MOST_DONE = 20;

    private final HostGauges gauges;
    private final Path proc;
    private final Poller poller;
    private final Recovery recovery;
    private final RecoverLog log;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final AlertDesk desk;
    private final Hosting hosting;
    private final List<PressureTrigger> triggers = new ArrayList<>();
    /** Watches of pressure of which the kernel tells. */
    private final Set<String> triggered = new HashSet<>();

    private final Map<String, Snapshot.Space> spaces = new ConcurrentHashMap<>();
    private final Set<String> measured = ConcurrentHashMap.newKeySet();
    private final Map<String, List<String>> done = new HashMap<>();
    private String weaker = "";
    private boolean over;

    /** @param proc /proc, or a tree like it */
    HostDesk(
            Path proc,
            HostSpec spec,
            Poller poller,
            Recovery recovery,
            RecoverLog log,
            Consumer<Runnable> soon,
            Console console,
            AlertDesk desk) {
        this.proc = proc;
        this.gauges = new HostGauges(proc);
        this.poller = poller;
        this.recovery = recovery;
        this.log = log;
        this.soon = soon;
        this.console = console;
        this.desk = desk;
        this.hosting = new Hosting(spec, Loop.now());
        taken();
    }

    void configure(HostSpec fresh) {
        if (!fresh.equals(hosting.spec())) {
            hosting.configure(fresh, Loop.now());
            taken();
        }
    }

    private void taken() {
        HostSpec spec = hosting.spec();
        Now now = Loop.now();
        for (int i = 0; i < spec.recover().size(); i++) {
            for (var age : log.ages("host", i, now.wall())) {
                hosting.remember(i, new MonoTime(now.mono().nanos() - age.toNanos()));
            }
        }
        Set<String> mounts = mounts();
        spaces.keySet().retainAll(mounts);
        desk.retain("host/", spec.watches().stream().map(HostDesk::key).collect(Collectors.toSet()));
        arm();
    }

    private Set<String> mounts() {
        return hosting.spec().watches().stream()
                .filter(w -> w.metric() == Metric.DISK || w.metric() == Metric.INODES)
                .map(Watch::of)
                .collect(Collectors.toSet());
    }

    private static String key(Watch w) {
        return "host/" + w.name().replace(' ', ':');
    }

    // ── pressure ──

    private void arm() {
        disarm();
        weaker = "";
        for (Watch w : hosting.spec().watches()) {
            if (w.metric() == Metric.PRESSURE
                    && arm(w, Severity.WARNING, w.warning())
                    && arm(w, Severity.CRITICAL, w.critical())) {
                triggered.add(w.name());
            }
        }
        if (!weaker.isEmpty()) {
            console.warn("weaker here: " + weaker);
        }
    }

    private boolean arm(Watch w, Severity severity, @Nullable Threshold t) {
        if (!(t instanceof Threshold.Pressure pressure)) {
            return true;
        }
        try {
            PressureTrigger trigger = PressureTrigger.arm(proc, w.of(), pressure, poller, () -> stalled(w, severity));
            triggers.add(trigger);
            if (trigger.coarse()) {
                weaker = "without CAP_SYS_RESOURCE the kernel tells of pressure by windows of a multiple of 2 s";
            }
            return true;
        } catch (Errno e) {
            weaker = "the kernel does not tell of pressure by itself (" + e.getMessage() + "): it is looked at every "
                    + dev.holdfast.unit.Durations.format(hosting.spec().interval())
                    + ", which a short stall may not move";
            return false;
        }
    }

    private void stalled(Watch w, Severity severity) {
        if (!over) {
            hosting.stalled(w.name(), severity, Loop.now()).forEach(this::act);
        }
    }

    private void disarm() {
        triggers.forEach(PressureTrigger::close);
        triggers.clear();
        triggered.clear();
    }

    /** What is weaker than it was asked for. */
    List<Doctor.Finding> findings() {
        return weaker.isEmpty() ? List.of() : List.of(HostFindings.weaker("pressure triggers", weaker));
    }

    // ── looking ──

    MonoTime deadline() {
        return over ? MonoTime.NEVER : hosting.deadline();
    }

    void tick(Now now) {
        if (!over) {
            hosting.tick(now).forEach(this::act);
        }
    }

    private void act(Action action) {
        switch (action) {
            case Action.Look() -> look();
            case Action.Act(int index, RecoverSpec step) -> mend(index, step);
            case Action.Raise(WatchView view, Severity before, boolean changed) -> raise(view, before, changed);
            case Action.Clear(WatchView view, boolean first) -> {
                if (!first) {
                    console.say(Level.NOTICE, "host: " + view.watch().name() + " is well again: " + view.value());
                }
                desk.clear(key(view.watch()), view.value());
                done.remove(view.watch().metric().written());
            }
            case Action.Blind(WatchView view, String why) ->
                console.warn("host: " + view.watch().name() + " cannot be judged: " + why);
            case Action.Tell(RecoverSpec step, String words, boolean good) -> {
                console.say(good ? Level.NOTICE : Level.WARNING, "host: " + words);
                note(step, words);
            }
        }
    }

    /** All but disks at once: that is quick, and under pressure nothing else should be needed. */
    private void look() {
        Set<String> mounts = mounts();
        mounts.forEach(this::measure);
        var stalls = new HashMap<String, Snapshot.Stall>();
        for (Watch w : hosting.spec().watches()) {
            if (w.metric() == Metric.PRESSURE) {
                gauges.stall(w.of())
                        .ifPresent(s -> stalls.put(w.of(), new Snapshot.Stall(s.someMicros(), s.fullMicros())));
            }
        }
        var snapshot = new Snapshot(
                gauges.memory()
                        .map(m -> new Snapshot.Memory(m.total(), m.available(), m.swapTotal(), m.swapFree()))
                        .orElse(null),
                gauges.processors()
                        .map(t -> new Snapshot.Processors(t.busy(), t.all()))
                        .orElse(null),
                gauges.load().orElse(null),
                gauges.cores(),
                gauges.swappedIn().orElse(null),
                gauges.openFiles()
                        .map(f -> new Snapshot.OpenFiles(f.used(), f.most()))
                        .orElse(null),
                Map.copyOf(spaces),
                stalls);
        // Not within the call that wanted it.
        soon.accept(() -> {
            if (!over) {
                hosting.looked(snapshot, triggered, Loop.now()).forEach(this::act);
            }
        });
    }

    /** A server that hangs holds up that thread alone, and the next look uses what was known. */
    private void measure(String mount) {
        if (!measured.add(mount)) {
            return;
        }
        try {
            Threads.start(Thread.ofPlatform().name("disk " + mount).daemon().unstarted(() -> {
                Snapshot.Space space;
                try {
                    HostGauges.Space s = HostGauges.space(mount);
                    space = new Snapshot.Space(s.used(), s.free(), s.inodesUsed(), s.inodes(), null);
                } catch (IOException e) {
                    space = new Snapshot.Space(0, 0, 0, 0, String.valueOf(e.getMessage()));
                }
                boolean first = spaces.put(mount, space) == null;
                measured.remove(mount);
                if (first) {
                    soon.accept(this::hurry);
                }
            }));
        } catch (IOException noThread) {
            measured.remove(mount);
        }
    }

    private void hurry() {
        if (!over) {
            hosting.hurry(Loop.now()).forEach(this::act);
        }
    }

    private void raise(WatchView view, @Nullable Severity before, boolean changed) {
        Severity severity = view.severity();
        if (severity == null) {
            return;
        }
        String title = "host " + severity.written() + ": " + String.join("; ", view.why());
        if (changed) {
            boolean better = before != null && before.compareTo(severity) > 0;
            console.say(better ? Level.NOTICE : severity == Severity.CRITICAL ? Level.ERROR : Level.WARNING, title);
        }
        if (!desk.open()) {
            return;
        }
        Watch w = view.watch();
        Threshold limit = severity == Severity.CRITICAL ? w.critical() : w.warning();
        var o = Occasion.lasting(key(w), severity, title)
                .withFact(w.name(), view.value(), limit == null ? null : limit.toString())
                .withLook("holdfast health")
                .withSeries(new Series(w.name(), "", hosting.spec().interval(), view.plotted(), null))
                .to(hosting.spec().alert());
        for (String what : done.getOrDefault(w.metric().written(), List.of())) {
            o = o.withDone(what);
        }
        desk.raise(o);
    }

    private void note(RecoverSpec step, String words) {
        List<String> all = done.computeIfAbsent(String.valueOf(step.when().subject()), n -> new ArrayList<>());
        all.add(words);
        if (all.size() > MOST_DONE) {
            all.removeFirst();
        }
    }

    private void mend(int index, RecoverSpec step) {
        log.done("host", index, Loop.now().wall());
        console.say(Level.NOTICE, "host recovers, " + step.when() + ": " + step.words());
        recovery.act("host", step, d -> {
            String words = step.words() + ": " + d.words();
            note(step, words);
            if (!d.good()) {
                console.warn("host: " + words
                        + (d.output().isEmpty() ? "" : ": " + d.output().getLast()));
            }
            soon.accept(() -> hosting.acted(index, Loop.now()).forEach(this::act));
        });
    }

    List<WatchView> views() {
        return hosting.views();
    }

    List<String> doing() {
        return hosting.doing();
    }

    /** Nothing more is looked at. */
    void end() {
        over = true;
        disarm();
    }
}
