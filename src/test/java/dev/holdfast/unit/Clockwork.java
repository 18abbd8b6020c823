package dev.holdfast.unit;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Time that passes when a test says so: what was put off happens when it has come, and who has deadlines is called at them. */
public final class Clockwork {
    private static final Instant WALL = Instant.parse("2026-01-01T00:00:00Z");

    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> a.at.compareTo(b.at));
    private MonoTime time = new MonoTime(0);

    private record Event(MonoTime at, Runnable what) {}

    /** At zero. */
    public Clockwork() {} // said, as the package is exported

    public MonoTime time() {
        return time;
    }

    public Now now() {
        return new Now(WALL.plusNanos(time.nanos()), time);
    }

    public void later(Duration in, Runnable what) {
        events.add(new Event(time.plus(in), what));
    }

    /**
     * Lets so much time pass.
     *
     * @param deadline of the one that is simulated, asked after all that happens
     * @param tick called at that deadline, after what was put off until then
     */
    public void run(Duration lasting, Supplier<MonoTime> deadline, Consumer<Now> tick) {
        MonoTime end = time.plus(lasting);
        while (true) {
            Event next = events.peek();
            MonoTime due = deadline.get();
            MonoTime first = MonoTime.earliest(due, next == null ? MonoTime.NEVER : next.at);
            if (end.isBefore(first)) {
                time = end;
                return;
            }
            time = first.isBefore(time) ? time : first;
            if (next != null && !due.isBefore(next.at)) {
                events.remove();
                next.what.run();
            } else {
                tick.accept(now());
            }
        }
    }
}
