package dev.holdfast.chronicle;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Journal;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.ReplicaId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Has the journal written and remembers what happened to each replica, under earlier daemons too. A journal that cannot be written
 * stops nothing. Thread-safe.
 */
public final class Chronicle implements AutoCloseable {
    private static final int KEPT = 20;
    private static final int WAITING = 20_000;
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final Journal journal;
    private final Consumer<String> say;
    private final Map<ReplicaId, Lives> lives = new HashMap<>();
    private final BlockingQueue<Optional<Event>> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Bell written = new Bell();
    private final AtomicLong overflowed = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().name("holdfast-journal").daemon().unstarted(this::write);
    /** Events that could not be written since the last that could; the writer's own. */
    private volatile long failed;

    /** A replica's last ends, and the last of all that happened to it, newest first. */
    private record Lives(Deque<Event.Exited> ends, Deque<Event> all) {}

    public Chronicle(Journal journal, Consumer<String> say) {
        this.journal = journal;
        this.say = say;
        try {
            journal.read(line -> Recollection.of(line).ifPresent(this::remember));
        } catch (IOException e) {
            say.accept("the journal cannot be read: " + e.getMessage());
        }
        writer.start();
    }

    /** It is known from now on. */
    public synchronized void remember(Event event) {
        switch (event) {
            case Event.Started _,
                    Event.StartFailed _,
                    Event.Adopted _,
                    Event.Presumed _,
                    Event.Unhealthy _,
                    Event.MemoryHigh _,
                    Event.Scaled _,
                    Event.ScaleHeld _,
                    Event.Stopping _,
                    Event.Killed _,
                    Event.Exited _,
                    Event.Completed _,
                    Event.GivenUp _,
                    Event.HookFailed _ -> {
                Lives of = lives.computeIfAbsent(
                        event.replica(), r -> new Lives(new ArrayDeque<>(1), new ArrayDeque<>(4)));
                keepAmongItsLike(of.all, event);
                if (event instanceof Event.Exited end) {
                    keep(of.ends, end);
                }
            }
            case Event.Ready _,
                    Event.Survived _,
                    Event.Restarting _,
                    Event.Breaker _,
                    Event.LogUnwritable _,
                    Event.LogWritable _ -> {}
        }
    }

    private static <T> void keep(Deque<T> all, T newest) {
        all.addFirst(newest);
        if (all.size() > KEPT) {
            all.removeLast();
        }
    }

    /** What only a number did must not drive out what the replica did. */
    private static void keepAmongItsLike(Deque<Event> all, Event newest) {
        all.addFirst(newest);
        int many = 0;
        for (Iterator<Event> i = all.iterator(); i.hasNext(); ) {
            if (isOfNumber(i.next()) == isOfNumber(newest) && ++many > KEPT) {
                i.remove();
            }
        }
    }

    private static boolean isOfNumber(Event e) {
        return e instanceof Event.Scaled || e instanceof Event.ScaleHeld;
    }

    /** Has it written soon. */
    public void write(Event event) {
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
            written.ring();
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

    /** Rings when the journal has a line more. */
    public Bell written() {
        return written;
    }

    /** Events that the journal lacks, for as long as it cannot be written. */
    public long lacking() {
        return failed + overflowed.get();
    }

    /** Newest first. */
    public synchronized List<Event.Exited> ends(ReplicaId replica, int most) {
        Lives of = lives.get(replica);
        return of == null ? List.of() : of.ends.stream().limit(most).toList();
    }

    /** How an instance ended, where that was journalled and is not long ago. */
    public Optional<Outcome> end(ReplicaId replica, InstanceId instance) {
        return ends(replica, KEPT).stream()
                .filter(e -> e.instance().equals(instance))
                .map(Event.Exited::outcome)
                .findFirst();
    }

    /**
     * Oldest first.
     *
     * @param most of what befell it, and as many of what its process's number did
     */
    public synchronized List<Event> history(ReplicaId replica, int most) {
        Lives of = lives.get(replica);
        var history = new ArrayList<Event>();
        int own = 0;
        int ofNumber = 0;
        for (Event e : of == null ? List.<Event>of() : of.all) {
            if ((isOfNumber(e) ? ofNumber++ : own++) < most) {
                history.add(e);
            }
        }
        return history.reversed();
    }

    /** How it ended, or failed to start, last; empty when it never did. */
    public synchronized String last(ReplicaId replica) {
        Lives of = lives.get(replica);
        for (Event e : of == null ? List.<Event>of() : of.all) {
            if (e instanceof Event.Exited || e instanceof Event.StartFailed || e instanceof Event.GivenUp) {
                return Words.of(e);
            }
        }
        return "";
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
