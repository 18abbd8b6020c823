package dev.holdfast.scale;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The highest of numbers within a window that moves. Each costs room only while none that is as high came after it. */
final class Highest {
    private record Seen(MonoTime at, int number) {}

    private final Deque<Seen> falling = new ArrayDeque<>();

    void add(MonoTime at, int number) {
        while (!falling.isEmpty() && falling.getLast().number <= number) {
            falling.removeLast();
        }
        falling.addLast(new Seen(at, number));
    }

    /** @return 0 when nothing was added within it */
    int within(Duration window, MonoTime now) {
        while (!falling.isEmpty() && now.since(falling.getFirst().at).compareTo(window) >= 0) {
            falling.removeFirst();
        }
        return falling.isEmpty() ? 0 : falling.getFirst().number;
    }

    /** How long the highest still counts. */
    Duration left(Duration window, MonoTime now) {
        return falling.isEmpty() ? Duration.ZERO : window.minus(now.since(falling.getFirst().at));
    }
}
