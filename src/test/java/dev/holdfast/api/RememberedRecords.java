package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Remembers changes; has one event and one line; those who follow get what is put, and are noticed when they go. */
final class RememberedRecords implements RecordsPort {
    static final String EVENT =
            "{\"id\":\"1-2-3\",\"at\":\"2026-11-21T05:50:00Z\",\"event\":\"Ready\",\"replica\":\"web/0\"}";

    final List<Change> changes = new CopyOnWriteArrayList<>();
    final List<String> followed = new CopyOnWriteArrayList<>();
    final BlockingQueue<Follow.Item> put = new LinkedBlockingQueue<>();
    final List<String> closed = new CopyOnWriteArrayList<>();

    @Override
    public Lines events(int most, @Nullable String after, @Nullable String replica) {
        return new Lines(List.of(EVENT), after != null);
    }

    @Override
    public Follow followEvents(@Nullable String after, @Nullable String replica) {
        followed.add("events " + after);
        return follow();
    }

    private Follow follow() {
        return new Follow() {
            @Override
            public List<Item> next(Duration most) throws InterruptedException {
                Item item = put.poll(most.toMillis(), TimeUnit.MILLISECONDS);
                return item == null ? List.of() : List.of(item);
            }

            @Override
            public void close() {
                closed.add("");
            }
        };
    }

    @Override
    public LogPage logs(String name, LogWish wish, int most) throws Refused {
        if (name.equals("gone")) {
            throw new Refused(404, new Failure("\"gone\" is not here", List.of()));
        }
        return new LogPage(
                List.of(new LogPage.Entry("0.1.1", null, name, "stdout", null, wish + " " + most)), null, false);
    }

    @Override
    public Follow followLogs(String name, LogWish wish, @Nullable String after) {
        followed.add("logs " + name + " " + after);
        return follow();
    }

    @Override
    public Lines audit(int most, @Nullable String after) {
        return new Lines(List.of(), false);
    }

    @Override
    public void audited(Change change) {
        changes.add(change);
    }
}
