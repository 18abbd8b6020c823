package dev.holdfast.daemon;

import dev.holdfast.api.RecordsPort.Change;
import dev.holdfast.linux.Accounts;
import dev.holdfast.linux.BlockedSignals.Sender;
import dev.holdfast.loop.Latest;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What signals to the daemon changed, for the audit trail: written on a thread that may wait for the disk and for the name of who
 * sent it. Thread-safe.
 */
final class SignalTrail implements AutoCloseable {
    private static final int DONE = 200;
    private static final String NOBODY_KNOWS = "unknown";

    /** Of a storm, while the disk holds up who writes; the rest is counted. */
    static final int MOST = 1000;

    private final Consumer<Change> audited;
    private final Queue<Entry> waiting = new ArrayBlockingQueue<>(MOST);
    private final AtomicLong passedOver = new AtomicLong();
    private final Latest<Boolean> writing = new Latest<>("holdfast-trail", _ -> write());

    private record Entry(@Nullable Sender sender, String what, int status, String why) {}

    /** @param audited may wait for the disk */
    SignalTrail(Consumer<Change> audited) {
        this.audited = audited;
    }

    /**
     * It was done. Returns at once.
     *
     * @param sender null: the kernel did not say
     * @param what such as {@code SIGTERM: down}
     */
    void done(@Nullable Sender sender, String what) {
        tell(new Entry(sender, what, DONE, ""));
    }

    /** As {@link #done}; it was not, with the status that the API would have answered. */
    void refused(@Nullable Sender sender, String what, int status, String why) {
        tell(new Entry(sender, what, status, why));
    }

    private void tell(Entry entry) {
        if (!waiting.offer(entry)) {
            passedOver.incrementAndGet();
        }
        writing.ask(true);
    }

    private synchronized void write() {
        for (Entry e = waiting.poll(); e != null; e = waiting.poll()) {
            Sender s = e.sender;
            audited.accept(new Change(
                    s == null ? NOBODY_KNOWS : name(s.uid()),
                    s == null ? "signal" : "signal of pid " + s.pid(),
                    e.what,
                    "",
                    e.status,
                    e.status == DONE ? "done" : "refused",
                    e.why));
        }
        long more = passedOver.getAndSet(0);
        if (more > 0) {
            String what = more + " signals more, which came faster than they could be written";
            audited.accept(new Change(NOBODY_KNOWS, "signal", what, "", DONE, "done", ""));
        }
    }

    private static String name(int uid) {
        String number = Integer.toUnsignedString(uid);
        return Accounts.user(number).map(Accounts.User::name).orElse(number);
    }

    /** Returns when all is written. */
    @Override
    public void close() {
        write();
    }
}
