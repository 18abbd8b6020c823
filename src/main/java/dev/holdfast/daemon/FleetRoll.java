package dev.holdfast.daemon;

import dev.holdfast.api.FleetReport;
import dev.holdfast.cli.Holdfast;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.linux.HostGauges;
import dev.holdfast.loop.Loop;
import dev.holdfast.queue.QueueView;
import dev.holdfast.store.Fleet;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says now and then how this host is to those that share its store, and knows what they said. The loop's thread's own. */
final class FleetRoll {
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final HostGauges gauges = new HostGauges(Daemon.PROC);
    private final @Nullable Fleet fleet;
    private final String host;
    private final MonoTime started = Loop.now().mono();
    private MonoTime next = MonoTime.NEVER;

    /** @param fleet null: this host keeps its jobs for itself */
    FleetRoll(@Nullable Fleet fleet, String host) {
        this.fleet = fleet;
        this.host = host;
    }

    void begin() {
        next = fleet == null ? MonoTime.NEVER : Loop.now().mono();
    }

    MonoTime deadline() {
        return next;
    }

    void tick(Collection<QueueView> queues, MonoTime now) {
        if (fleet != null && !now.isBefore(next)) {
            next = now.plus(Fleet.BEAT);
            var _ = fleet.beat(member(queues), false);
        }
    }

    /** Queues that other hosts work for, or did within a week. Completed by another thread. */
    CompletableFuture<Set<String>> queues() {
        return fleet == null
                ? CompletableFuture.completedFuture(Set.of())
                : fleet.hosts()
                        .thenApply(all -> all.stream()
                                .flatMap(h -> h.member().queues().stream())
                                .collect(Collectors.toSet()));
    }

    /** How many hosts, this one included, work for a queue now. Completed by another thread. */
    CompletableFuture<Integer> workers(String queue) {
        return fleet == null
                ? CompletableFuture.completedFuture(1)
                : fleet.hosts().thenApply(all -> workers(all, queue));
    }

    static int workers(List<Fleet.Heard> all, String queue) {
        long workers = all.stream()
                .filter(h -> h.left() == null && h.silent().compareTo(Fleet.SILENCE) <= 0)
                .filter(h -> h.member().queues().contains(queue))
                .count();
        return Math.max(1, (int) workers); // we may not have been heard of yet
    }

    /** In good order: the others need not wonder. */
    void leave(Collection<QueueView> queues) {
        if (fleet == null || next.equals(MonoTime.NEVER)) {
            return;
        }
        next = MonoTime.NEVER;
        try {
            fleet.beat(member(queues), true).get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException unreachable) {
            return; // they will see for themselves
        }
    }

    /** Completed by another thread. */
    CompletableFuture<FleetReport> report(Collection<QueueView> queues) {
        if (fleet == null) {
            var own = new Fleet.Heard(member(queues), Duration.ZERO, null);
            return CompletableFuture.completedFuture(new FleetReport(false, List.of(shown(own))));
        }
        return fleet.hosts()
                .thenApply(all ->
                        new FleetReport(true, all.stream().map(this::shown).toList()));
    }

    private FleetReport.Host shown(Fleet.Heard h) {
        Fleet.Member m = h.member();
        boolean silent = h.silent().compareTo(Fleet.SILENCE) > 0;
        return new FleetReport.Host(
                m.name(),
                h.left() != null ? "left" : silent ? "silent" : "up",
                m.name().equals(host),
                m.version(),
                seconds(h.silent()),
                seconds(m.up()),
                m.cores(),
                m.load(),
                m.memory() == 0 ? null : (Long) m.memory(),
                m.memory() == 0 ? null : (Long) m.available(),
                m.running(),
                m.places(),
                m.queues());
    }

    private static double seconds(Duration d) {
        return d.toMillis() / 1000.0;
    }

    private Fleet.Member member(Collection<QueueView> queues) {
        Optional<HostGauges.Memory> memory = gauges.memory();
        return new Fleet.Member(
                host,
                Holdfast.VERSION,
                Loop.now().mono().since(started),
                gauges.cores(),
                gauges.load().orElse(0.0),
                memory.map(HostGauges.Memory::total).orElse(0L),
                memory.map(HostGauges.Memory::available).orElse(0L),
                (int) queues.stream()
                        .flatMap(q -> q.works().stream())
                        .filter(QueueView.Work::placed)
                        .count(),
                queues.stream()
                        .map(QueueView::spec)
                        .filter(q -> q.enabled() && q.pull() == null)
                        .mapToInt(QueueSpec::concurrency)
                        .sum(),
                queues.stream()
                        .filter(q -> q.spec().enabled())
                        .map(QueueView::name)
                        .toList());
    }
}
