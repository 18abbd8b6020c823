package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RecoverSpec;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.probe.Action;
import dev.holdfast.probe.ProbeView;
import dev.holdfast.probe.Probing;
import dev.holdfast.probe.Sample;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What probes decide, done: they are asked, told of, and what they say is mended. The loop's thread's own. */
final class ProbeDesk {
    /** Beyond a probe's own timeout: then whoever asks is stuck, and counts as no answer. */
    private static final Duration STUCK = Duration.ofSeconds(1);

    private static final int MOST_DONE = 20;

    private final Probing probing = new Probing();
    private final Errands errands;
    private final Recovery recovery;
    private final RecoverLog log;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final AlertDesk desk;
    private final Map<String, Asked> asked = new HashMap<>();
    private final Map<String, List<String>> done = new HashMap<>();
    /** Whether what asked last is still at it, though nobody waits for it any more. */
    private final Map<String, BooleanSupplier> out = new HashMap<>();

    private boolean over;

    private record Asked(long number, MonoTime deadline, Duration timeout) {}

    ProbeDesk(
            Errands errands,
            Recovery recovery,
            RecoverLog log,
            Consumer<Runnable> soon,
            Console console,
            AlertDesk desk) {
        this.errands = errands;
        this.recovery = recovery;
        this.log = log;
        this.soon = soon;
        this.console = console;
        this.desk = desk;
    }

    void configure(SortedMap<String, ProbeSpec> specs, Now now) {
        Map<String, ProbeSpec> before =
                probing.views().stream().collect(Collectors.toMap(v -> v.spec().name(), ProbeView::spec));
        out.values().removeIf(o -> !o.getAsBoolean());
        List<Action> actions = probing.configure(specs.values(), now);
        specs.forEach((name, spec) -> {
            if (!spec.equals(before.get(name))) {
                done.remove(name);
                for (int i = 0; i < spec.recover().size(); i++) {
                    int index = i;
                    log.ages("probe." + name, i, now.wall())
                            .forEach(age -> probing.remember(
                                    name, index, new MonoTime(now.mono().nanos() - age.toNanos())));
                }
            }
        });
        desk.retain("probe/", specs.keySet().stream().map(n -> "probe/" + n).collect(Collectors.toSet()));
        actions.forEach(this::act);
    }

    MonoTime deadline() {
        MonoTime next = over ? MonoTime.NEVER : probing.deadline();
        for (Asked a : asked.values()) {
            next = MonoTime.earliest(next, a.deadline);
        }
        return next;
    }

    void tick(Now now) {
        for (var e : Map.copyOf(asked).entrySet()) {
            if (!now.mono().isBefore(e.getValue().deadline)) {
                answered(
                        e.getKey(),
                        e.getValue().number,
                        Sample.down("no answer within " + e.getValue().timeout.toMillis() + " ms"));
            }
        }
        if (!over) {
            probing.tick(now).forEach(this::act);
        }
    }

    private void answered(String name, long number, Sample sample) {
        Asked a = asked.get(name);
        if (a != null && a.number == number) {
            asked.remove(name);
        }
        if (!over) {
            probing.answered(name, number, sample, Loop.now()).forEach(this::act);
        }
    }

    private void act(Action action) {
        switch (action) {
            case Action.Ask(ProbeSpec spec, long number) -> ask(spec, number);
            case Action.Act(ProbeSpec spec, int index, RecoverSpec step) -> mend(spec, index, step);
            case Action.Raise(ProbeView view, Severity before, boolean changed) -> raise(view, before, changed);
            case Action.Clear(ProbeView view, boolean first) -> {
                String name = view.spec().name();
                if (!first) {
                    console.say(Level.NOTICE, "probe " + name + " is well again: " + detail(view));
                }
                desk.clear("probe/" + name, detail(view));
                done.remove(name);
            }
            case Action.Tell(ProbeSpec spec, String words, boolean good) -> {
                console.say(good ? Level.NOTICE : Level.WARNING, "probe " + spec.name() + ": " + words);
                note(spec.name(), words);
            }
        }
    }

    private void raise(ProbeView view, Severity before, boolean changed) {
        String name = view.spec().name();
        Severity severity = view.severity();
        if (severity == null) {
            return;
        }
        String title = "probe " + name + " is " + severity.written() + ": " + String.join("; ", view.why());
        if (changed) {
            boolean better = before != null && before.compareTo(severity) > 0;
            console.say(better ? Level.NOTICE : severity == Severity.CRITICAL ? Level.ERROR : Level.WARNING, title);
        }
        if (!desk.open()) {
            return;
        }
        var o = Occasion.lasting("probe/" + name, severity, title)
                .withText(view.spec().check().words() + ": " + detail(view))
                .withLook("holdfast health")
                .to(view.spec().alert());
        Sample last = view.last();
        if (last != null) {
            for (var v : new java.util.TreeMap<>(last.values()).entrySet()) {
                o = o.withFact(
                        v.getKey(), dev.holdfast.probe.Values.shown(v.getKey(), v.getValue()), limit(view, v.getKey()));
            }
        }
        for (String what : done.getOrDefault(name, List.of())) {
            o = o.withDone(what);
        }
        desk.raise(o);
    }

    private static @org.jspecify.annotations.Nullable String limit(ProbeView view, String subject) {
        var all = new ArrayList<>(view.spec().critical());
        all.addAll(view.spec().warning());
        return all.stream()
                .filter(t -> t instanceof Threshold.Compare c && subject.equals(c.subject()))
                .map(Threshold::toString)
                .collect(Collectors.collectingAndThen(Collectors.joining(", "), s -> s.isEmpty() ? null : s));
    }

    private static String detail(ProbeView view) {
        Sample last = view.last();
        return last == null ? "not asked yet" : last.detail();
    }

    private void note(String name, String words) {
        List<String> all = done.computeIfAbsent(name, n -> new ArrayList<>());
        all.add(words);
        if (all.size() > MOST_DONE) {
            all.removeFirst();
        }
    }

    /** As a process, for whoever launches it. */
    static ProcessSpec spec(String name, ProbeSpec.Check.Exec exec) {
        return ProcessSpec.errand("probe." + name, exec.command(), exec.user(), exec.group());
    }

    private void mend(ProbeSpec spec, int index, RecoverSpec step) {
        String name = spec.name();
        Now now = Loop.now();
        log.done("probe." + name, index, now.wall());
        console.say(Level.NOTICE, "probe " + name + " recovers: " + step.words());
        recovery.act("probe." + name, step, d -> {
            String words = step.words() + ": " + d.words();
            note(name, words);
            if (!d.good()) {
                String last = d.output().isEmpty() ? "" : ": " + d.output().getLast();
                console.warn("probe " + name + ": " + words + last);
            }
            // Not within the call that decided it: a step may end at once.
            soon.accept(() -> {
                if (!over) {
                    probing.acted(name, index, Loop.now()).forEach(this::act);
                }
            });
        });
    }

    // ── asking ──

    private void ask(ProbeSpec spec, long number) {
        Duration timeout = spec.timeout();
        String name = spec.name();
        MonoTime begun = Loop.now().mono();
        MonoTime latest = begun.plus(timeout).plus(STUCK);
        asked.put(name, new Asked(number, latest, timeout));
        BooleanSupplier before = out.remove(name);
        if (before != null && before.getAsBoolean()) { // each that hangs costs a thread, or a process
            out.put(name, before);
            soon.accept(() -> answered(name, number, Sample.down("whoever asked last still hangs")));
            return;
        }
        switch (spec.check()) {
            case ProbeSpec.Check.Exec exec -> {
                try {
                    boolean numbered = java.util.stream.Stream.concat(spec.warning().stream(), spec.critical().stream())
                            .anyMatch(t -> t instanceof Threshold.Compare c && "value".equals(c.subject()));
                    BooleanSupplier underway = errands.run(spec(name, exec), timeout, ended -> {
                        Duration took = Loop.now().mono().since(begun);
                        answered(name, number, Asking.exec(exec, ended, took, numbered));
                    });
                    // What it leaves behind has a moment to go.
                    out.put(
                            name,
                            () -> underway.getAsBoolean() && !Loop.now().mono().isBefore(latest));
                } catch (Errno e) {
                    soon.accept(() -> answered(name, number, Sample.down(String.valueOf(e.getMessage()))));
                }
            }
            case ProbeSpec.Check.Http http -> aside(name, number, timeout, () -> Asking.http(http, timeout));
            case ProbeSpec.Check.Tcp tcp -> aside(name, number, timeout, () -> Asking.tcp(tcp, timeout));
            case ProbeSpec.Check.Redis redis -> aside(name, number, timeout, () -> Asking.redis(redis, timeout));
            // A file of a server that hangs would hold the carrier of a virtual thread.
            case ProbeSpec.Check.File file -> {
                Supplier<Sample> question =
                        out(name, () -> Asking.file(file, Loop.now().wall()));
                start(
                        name,
                        number,
                        Thread.ofPlatform().name("probe " + name).daemon().unstarted(() -> {
                            Sample sample = question.get();
                            soon.accept(() -> answered(name, number, sample));
                        }));
            }
        }
    }

    private Supplier<Sample> out(String name, Supplier<Sample> question) {
        var asking = new AtomicBoolean(true);
        out.put(name, asking::get);
        return () -> {
            try {
                return question.get();
            } finally {
                asking.set(false);
            }
        };
    }

    /** Each step is bounded by the timeout, not their sum: so another thread asks, and this one waits for it. */
    private void aside(String name, long number, Duration timeout, Supplier<Sample> asks) {
        Supplier<Sample> question = out(name, asks);
        start(name, number, Thread.ofVirtual().name("probe " + name).unstarted(() -> {
            Sample sample;
            var answer = new java.util.concurrent.FutureTask<>(question::get);
            Thread asking = Thread.ofVirtual().name("asks for probe " + name).start(answer);
            try {
                sample = answer.get(timeout.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
            } catch (java.util.concurrent.TimeoutException e) {
                asking.interrupt(); // which closes the socket it waits for
                sample = Sample.down("no answer within " + timeout.toMillis() + " ms");
            } catch (java.util.concurrent.ExecutionException e) {
                sample = Sample.down(String.valueOf(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            Sample told = sample;
            soon.accept(() -> answered(name, number, told));
        }));
    }

    private void start(String name, long number, Thread thread) {
        try {
            Threads.start(thread);
        } catch (IOException noThread) {
            out.remove(name);
            soon.accept(() -> answered(name, number, Sample.down(String.valueOf(noThread.getMessage()))));
        }
    }

    List<ProbeView> views() {
        return probing.views();
    }

    /** Nothing more is asked. */
    void end() {
        over = true;
        asked.clear();
    }
}
