package dev.holdfast.daemon;

import dev.holdfast.event.Event;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.event.Usage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the journal written and remembers how each replica ended, under earlier daemons too. A journal that cannot be written
 * stops nothing. Thread-safe.
 */
final class Chronicle implements AutoCloseable {
    private static final int KEPT = 20;
    private static final int WAITING = 20_000;
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final Journal journal;
    private final Consumer<String> say;
    private final Map<String, Deque<End>> ends = new HashMap<>();
    private final BlockingQueue<Optional<Event>> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong overflowed = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().name("holdfast-journal").daemon().unstarted(this::write);
    /** Events that could not be written since the last that could; the writer's own. */
    private volatile long failed;

    /**
     * @param how in words
     * @param cpuSeconds null when unknown
     * @param maxRss null when unknown
     */
    record End(
            Instant at,
            String how,
            String reason,
            double seconds,
            @Nullable Double cpuSeconds,
            @Nullable Long maxRss) {}

    Chronicle(Journal journal, Consumer<String> say) {
        this.journal = journal;
        this.say = say;
        try {
            journal.read(this::remember);
        } catch (IOException e) {
            say.accept("the journal cannot be read: " + e.getMessage());
        }
        writer.start();
    }

    /** An end is known from now on. */
    synchronized void remember(Event event) {
        if (event instanceof Event.Exited e) {
            Usage usage = e.usage();
            keep(
                    e.replica(),
                    new End(
                            e.at(),
                            Words.of(e.outcome(), usage),
                            e.why(),
                            (double) e.uptime().toMillis() / 1000,
                            usage == null
                                    ? null
                                    : (Double) ((double) usage.cpu().toMillis() / 1000),
                            usage == null ? null : usage.maxRssBytes()));
        }
    }

    /** Has it written soon. */
    void write(Event event) {
        if (!waiting.offer(Optional.of(event))) {
            overflowed.incrementAndGet();
        }
    }

    /** On a thread of its own: a disk that hangs must not hold up the loop. */
    private void write() {
        try {
            for (Optional<Event> e = waiting.take(); e.isPresent(); e = waiting.take()) {
                attempt(e.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Event event) {
        long missed = overflowed.getAndSet(0) + failed;
        try {
            journal.add(event);
            failed = 0;
            if (missed > 0) {
                say.accept("the journal can be written again; it lacks " + missed + " events");
            }
        } catch (IOException e) {
            failed = missed + 1;
            if (missed == 0) {
                say.accept("the journal cannot be written, supervising goes on without: " + e.getMessage());
            }
        }
    }

    /** Events that the journal lacks, for as long as it cannot be written. */
    long lacking() {
        return failed + overflowed.get();
    }

    /** Newest first. */
    synchronized List<End> ends(ReplicaId replica, int most) {
        var list = new ArrayList<End>();
        for (End e : ends.getOrDefault(replica.toString(), new ArrayDeque<>())) {
            if (list.size() < most) {
                list.add(e);
            }
        }
        return list;
    }

    private void keep(ReplicaId replica, End end) {
        keep(replica.toString(), end);
    }

    private void keep(String replica, End end) {
        Deque<End> all = ends.computeIfAbsent(replica, r -> new ArrayDeque<>());
        all.addFirst(end);
        if (all.size() > KEPT) {
            all.removeLast();
        }
    }

    private void remember(Map<String, Object> event) {
        if (!"Exited".equals(event.get("event"))
                || !(event.get("replica") instanceof String replica)
                || !(event.get("outcome") instanceof Map<?, ?> outcome)
                || !(event.get("at") instanceof String at)) {
            return;
        }
        Map<?, ?> usage = event.get("usage") instanceof Map<?, ?> u ? u : Map.of();
        keep(
                replica,
                new End(
                        Instant.parse(at),
                        Words.of(outcome(outcome), new Usage(Duration.ZERO, null, kill(usage.get("kill")))),
                        String.valueOf(event.get("why")),
                        event.get("uptime") instanceof Number n ? n.doubleValue() : 0,
                        usage.get("cpu") instanceof Number n ? (Double) n.doubleValue() : null,
                        usage.get("maxRssBytes") instanceof Number n ? (Long) n.longValue() : null));
    }

    private static @Nullable Kill kill(@Nullable Object tree) {
        if (!(tree instanceof Map<?, ?> kill)) {
            return null;
        }
        for (Kill.By by : Kill.By.values()) {
            if (by.name().equals(kill.get("by"))) {
                long kills = kill.get("oomKills") instanceof Number n ? n.longValue() : 0;
                return new Kill(by, kills, kill.get("limitBytes") instanceof Number n ? (Long) n.longValue() : null);
            }
        }
        return null; // written by a later version
    }

    private static Outcome outcome(Map<?, ?> tree) {
        if (tree.get("code") instanceof Number code) {
            return new Outcome.Exited(code.intValue());
        }
        if (tree.get("signal") instanceof Number signal) {
            return new Outcome.Signalled(signal.intValue(), Boolean.TRUE.equals(tree.get("coreDumped")));
        }
        return new Outcome.Unknown(String.valueOf(tree.get("why")));
    }

    @Override
    public void close() throws IOException {
        try {
            if (waiting.offer(Optional.empty()) && writer.join(LAST_WAIT)) {
                journal.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
