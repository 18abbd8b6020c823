package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Looks at queues now and then: says when a threshold is passed and when it no longer is, and lets old jobs go. */
final class QueueWatch {
    static final String QUEUE = "queue/";
    private static final Duration LOOKED = Duration.ofSeconds(10);
    private static final Duration TIDIED = Duration.ofMinutes(1);

    private final Jobs jobs;
    private final Supplier<CompletableFuture<Set<String>>> elsewhere;
    private final Consumer<Runnable> soon;
    private final Console console;
    private final AlertDesk desk;
    private final Map<String, List<String>> passed = new HashMap<>();
    private Map<String, QueueSpec> watched = Map.of();
    private MonoTime look = MonoTime.NEVER;
    private MonoTime tidy = MonoTime.NEVER;

    /** @param elsewhere queues that other hosts of the same store work for */
    QueueWatch(
            Jobs jobs,
            Supplier<CompletableFuture<Set<String>>> elsewhere,
            Consumer<Runnable> soon,
            Console console,
            AlertDesk desk) {
        this.desk = desk;
        this.jobs = jobs;
        this.elsewhere = elsewhere;
        this.soon = soon;
        this.console = console;
    }

    void configure(Collection<QueueSpec> specs, MonoTime now) {
        look = specs.stream().anyMatch(s -> s.alert() != null) ? now.plus(LOOKED) : MonoTime.NEVER;
        watched = specs.stream().collect(Collectors.toMap(QueueSpec::name, s -> s));
        passed.keySet().retainAll(specs.stream().map(QueueSpec::name).toList());
        desk.retain(
                QUEUE,
                specs.stream()
                        .filter(s -> s.alert() != null)
                        .map(s -> QUEUE + s.name())
                        .collect(Collectors.toSet()));
        tidy = specs.isEmpty() ? MonoTime.NEVER : MonoTime.earliest(tidy, now.plus(TIDIED));
    }

    MonoTime deadline() {
        return MonoTime.earliest(look, tidy);
    }

    void tick(Collection<QueueSpec> specs, MonoTime now) {
        if (!now.isBefore(look)) {
            look = now.plus(LOOKED);
            specs.stream().filter(s -> s.alert() != null).forEach(this::look);
        }
        if (!now.isBefore(tidy)) {
            tidy = now.plus(TIDIED);
            specs.forEach(s -> tidy(s.name(), s.keep()));
            tidyUnconfigured(specs.stream().map(QueueSpec::name).collect(Collectors.toSet()));
        }
    }

    private void look(QueueSpec spec) {
        var _ = jobs.health(List.of(spec.name()), JobReports.window(spec))
                .thenAccept(found -> soon.accept(() -> found.forEach(h -> say(spec, h))));
    }

    private void say(QueueSpec spec, Jobs.Health health) {
        if (!spec.equals(watched.get(spec.name()))) {
            return; // asked for before a reload: that has ended what was said of it
        }
        List<String> now = JobReports.alarms(spec, health, Instant.now());
        List<String> before = passed.getOrDefault(spec.name(), List.of());
        if (!now.isEmpty() && now.size() != before.size()) {
            console.say(Level.WARNING, "queue " + spec.name() + ": " + String.join("; ", now));
        } else if (now.isEmpty() && !before.isEmpty()) {
            console.say(Level.NOTICE, "queue " + spec.name() + " is well again");
        }
        passed.put(spec.name(), new ArrayList<>(now));
        if (now.isEmpty()) {
            desk.clear(QUEUE + spec.name(), health.waiting() + " jobs wait");
        } else if (desk.open()) {
            desk.raise(occasion(spec, now, health));
        }
    }

    private static Occasion occasion(QueueSpec spec, List<String> now, Jobs.Health health) {
        return Occasion.lasting(
                        QUEUE + spec.name(), Severity.WARNING, "queue " + spec.name() + ": " + String.join("; ", now))
                .withFact("waiting", Long.toString(health.waiting()), null)
                .withFact("running", Long.toString(health.running()), null)
                .withLook("holdfast queue health " + spec.name() + " --detailed")
                .to(spec.alert() == null ? List.of() : spec.alert().channels());
    }

    /** What a queue leaves that nobody has any more is kept for a year. */
    private void tidyUnconfigured(Set<String> configured) {
        var _ = jobs.queues().thenCombine(elsewhere.get(), (all, others) -> {
            all.stream()
                    .filter(q -> !configured.contains(q) && !others.contains(q))
                    .forEach(q -> tidy(q, QueueSpec.KeepSpec.ABANDONED));
            return true;
        });
    }

    /** A bounded piece at a time; what is left goes the next time. Thread-safe. */
    private void tidy(String queue, QueueSpec.KeepSpec keep) {
        Instant now = Instant.now();
        var _ = jobs.tidy(queue, now.minus(keep.succeeded()), now.minus(keep.failed()), keep.most());
    }
}
