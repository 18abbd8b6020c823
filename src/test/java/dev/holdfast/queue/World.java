package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.JobState;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Some hosts with one store, on virtual clocks. Daemons die, stand still, shut down; the store is away, or does something
 * and cannot say so; people cancel, pause, ask again and configure. Then all of that ends, and everything must come to its
 * end. A seed decides everything.
 */
final class World {
    static final Duration LEASE = Duration.ofSeconds(10);

    /** Until when people and mishaps interfere. */
    private static final Duration TROUBLE = Duration.ofMinutes(2);

    private static final Duration PATIENCE = Duration.ofMinutes(40);

    private record Coming(MonoTime at, long order, Runnable what) {}

    private record Said(MonoTime at, Object where, Object what) {}

    final RandomGenerator random;
    final ModelJobs store;
    final SortedMap<String, QueueSpec> specs;
    /** Nothing but the jobs themselves goes wrong. */
    final boolean calm;

    boolean storeDown;
    boolean healed;
    Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    MonoTime mono = new MonoTime(1_000_000_000_000L);

    private final MonoTime beginning = mono;
    private final List<QueueHost> hosts = new ArrayList<>();
    private final PriorityQueue<Coming> coming =
            new PriorityQueue<>(Comparator.comparing(Coming::at).thenComparingLong(Coming::order));
    /** How often what was done and told, and what came of attempts. */
    private final Map<Object, Long> seen = new HashMap<>();

    private final Deque<Said> trace = new ArrayDeque<>();
    private long order;

    World(long seed, SortedMap<String, QueueSpec> specs, QueueHost.Damage damage, ModelJobs.Damage inStore) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.specs = specs;
        this.calm = seed % 4 == 0;
        this.store = new ModelJobs(inStore);
        int n = random.nextInt(1, 4);
        for (int i = 0; i < n; i++) {
            hosts.add(new QueueHost("host" + i, this, damage));
        }
    }

    /** A whole life: trouble, then quiet, then the end. */
    void live() {
        try {
            hosts.forEach(QueueHost::start);
            int jobs = random.nextInt(4, 20);
            for (int i = 0; i < jobs; i++) {
                String id = "j" + i;
                in(Duration.ofMillis(random.nextInt(60_000)), () -> submit(id));
            }
            for (int i = random.nextInt(6); i > 0; i--) {
                in(Duration.ofMillis(random.nextInt(100_000)), this::people);
            }
            for (int i = calm ? 0 : random.nextInt(1, 12); i > 0; i--) {
                in(Duration.ofMillis(random.nextInt(100_000)), this::mishap);
            }
            in(TROUBLE, this::heal);
            until("all to be over", () -> healed && quiet());
            hosts.forEach(QueueHost::shutDown);
            until("all to be shut down", () -> hosts.stream().noneMatch(QueueHost::up));
            hosts.forEach(QueueHost::leavesNothing);
            store.all.values().forEach(this::onceAndForAll);
            store.all.values().forEach(e -> {
                saw(e.state);
                e.attempts.forEach(a -> saw(a.failure() == null ? "no failure" : a.failure()));
            });
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + told(), e);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void until(String what, Condition condition) {
        MonoTime latest = mono.plus(PATIENCE);
        while (!condition.holds()) {
            check(mono.isBefore(latest), () -> "stuck, waiting for " + what + ": " + store.all.values());
            step();
        }
    }

    private boolean quiet() {
        return store.all.values().stream().allMatch(e -> e.state.over())
                && hosts.stream().allMatch(QueueHost::idle);
    }

    private void onceAndForAll(ModelJobs.Entry e) {
        check(e.state.over() && e.overs == e.lives, () -> "not over exactly once: " + e);
        int most = Objects.requireNonNull(specs.get(e.queue)).retry().maxAttempts();
        check(
                e.attempts.stream().filter(a -> a.started() != null).count() <= most,
                () -> "more than " + most + " attempts: " + e);
        for (Attempt a : e.attempts) {
            check(!calm || !Failure.LOST.equals(a.failure()), () -> "lost, though nothing went wrong: " + e);
        }
        Duration late = e.overAt.since(e.cancelledAt);
        check(
                !calm || !e.cancel || late.compareTo(LEASE) < 0,
                () -> "cancelled, and went on for " + late.toMillis() + " ms: " + e);
    }

    // ── what people do ──

    private void submit(String id) {
        List<String> names = List.copyOf(specs.keySet());
        String queue = names.get(random.nextInt(names.size()));
        QueueSpec spec = Objects.requireNonNull(specs.get(queue));
        var payload = new TreeMap<String, String>();
        payload.put("url", random.nextInt(20) == 0 ? "-" + id : "http://" + id);
        store.submit(
                new ModelJobs.Entry(id, queue, spec.key() == null ? null : "k" + random.nextInt(2), payload, wall));
        arrived(queue);
    }

    /** One host always hears of it; the others may have to find out. */
    private void arrived(String queue) {
        boolean all = random.nextBoolean();
        QueueHost one = someHost();
        hosts.stream().filter(h -> all || h == one).forEach(h -> h.hear(new Stimulus.Arrived(queue)));
    }

    private QueueHost someHost() {
        return hosts.get(random.nextInt(hosts.size()));
    }

    private void people() {
        var entries = List.copyOf(store.all.values());
        if (storeDown || entries.isEmpty()) {
            return;
        }
        var running = entries.stream().filter(e -> e.state == JobState.RUNNING).toList();
        var some = running.isEmpty() || random.nextInt(3) == 0 ? entries : running;
        ModelJobs.Entry e = some.get(random.nextInt(some.size()));
        switch (random.nextInt(5)) {
            case 0 -> {
                store.pause(e.queue, true);
                said("people", "pause " + e.queue);
                in(Duration.ofSeconds(random.nextInt(1, 20)), () -> {
                    store.pause(e.queue, false);
                    arrived(e.queue);
                });
            }
            case 1 -> {
                if (store.retry(e, wall)) {
                    said("people", "retry " + e);
                    arrived(e.queue);
                }
            }
            default -> {
                said("people", "cancel " + e);
                if (store.cancel(e, now()) && random.nextInt(3) != 0) {
                    hosts.forEach(h -> h.hear(new Stimulus.Cancel(e.id)));
                }
            }
        }
    }

    // ── what happens to them ──

    private void mishap() {
        QueueHost host = someHost();
        Duration a = Duration.ofMillis(random.nextInt(1, 30_000));
        switch (random.nextInt(7)) {
            case 0, 1 -> host.die(a.dividedBy(2));
            case 2 -> host.freeze(a);
            case 3 -> {
                storeDown = true;
                said("store", "down");
                in(a, () -> storeDown = false);
            }
            case 4 -> host.cutOff(a);
            case 5 -> host.reload(a);
            default -> host.shutDown();
        }
    }

    private void heal() {
        healed = true;
        storeDown = false;
        said("world", "healed");
        hosts.forEach(QueueHost::heal);
    }

    // ── time ──

    Now now() {
        return new Now(wall, mono);
    }

    void in(Duration delay, Runnable what) {
        coming.add(new Coming(mono.plus(delay), order++, what));
    }

    Duration ms(int from, int to) {
        return Duration.ofMillis(random.nextInt(from, to));
    }

    private void step() {
        Coming next = coming.peek();
        MonoTime at = next == null ? MonoTime.NEVER : next.at;
        QueueHost first = null;
        for (QueueHost host : hosts) {
            MonoTime deadline = host.deadline();
            if (deadline.isBefore(at)) {
                at = deadline;
                first = host;
            }
        }
        check(!at.equals(MonoTime.NEVER), () -> "nothing will ever happen again: " + store.all.values());
        if (mono.isBefore(at)) {
            wall = wall.plus(at.since(mono));
            mono = at;
        }
        if (first != null) {
            first.tick();
        } else {
            Objects.requireNonNull(coming.poll()).what.run();
        }
        hosts.forEach(QueueHost::inTime);
    }

    // ── what is checked, and told ──

    /** Of what the store says is running, so many of a key. */
    void keys(Hold hold) {
        ModelJobs.Entry e = store.entry(hold);
        long running = store.all.values().stream()
                .filter(o -> o.queue.equals(e.queue) && Objects.equals(o.key, e.key) && store.current(o.hold()))
                .count();
        int most = Objects.requireNonNull(specs.get(e.queue)).perKey();
        check(e.key == null || running <= most, () -> running + " of " + e.key + " run at once");
    }

    static void check(boolean holds, Supplier<String> otherwise) {
        ModelJobs.check(holds, otherwise);
    }

    void said(Object where, Object what) {
        trace.addLast(new Said(mono, where, what));
        if (trace.size() > 120) {
            trace.removeFirst();
        }
    }

    void saw(Object what) {
        seen.merge(what, 1L, Long::sum);
    }

    Map<Object, Long> seen() {
        return seen;
    }

    private String told() {
        var text = new StringBuilder();
        trace.forEach(s -> text.append(s.at.since(beginning).toMillis())
                .append(" ms ")
                .append(s.where)
                .append(' ')
                .append(s.what.toString()
                        .replaceAll("spec=QueueSpec\\[.*?log=.*?rateLimit=null\\]\\]\\]", "…")
                        .replaceAll("0{20,}", ""))
                .append('\n'));
        return text.toString();
    }
}
