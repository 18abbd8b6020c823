package dev.holdfast.daemon;

import dev.holdfast.alert.Delivery;
import dev.holdfast.linux.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A bound on a whole try: a server that answers a byte now and then keeps within every timeout of a single read. */
final class InTime {
    /** For what does not hear that it is interrupted, such as the name service. */
    private static final Duration LAST_WAIT = Duration.ofSeconds(1);

    private InTime() {}

    /**
     * Sends on threads of its own; returns at once.
     *
     * @param most of the whole try; then it is interrupted, which closes its socket, and counts as one that failed
     * @param then told once, on any thread, whatever comes of it
     */
    static void send(Duration most, Supplier<Delivery> sending, Consumer<Delivery> then) {
        var result = new AtomicReference<Delivery>();
        Thread sender = Thread.ofVirtual().name("alert").unstarted(() -> result.set(tried(sending)));
        try {
            Threads.start(sender);
            Threads.start(Thread.ofVirtual().name("alert in time").unstarted(() -> {
                boolean inTime = await(sender, most);
                Delivery d = result.get();
                boolean taken = d instanceof Delivery.Done || d instanceof Delivery.Mostly;
                then.accept(
                        d != null && (inTime || taken)
                                ? d
                                : new Delivery.Later("it took longer than " + most.toSeconds() + " s"));
            }));
        } catch (IOException noThread) {
            sender.interrupt();
            then.accept(new Delivery.Away(String.valueOf(noThread.getMessage())));
        }
    }

    private static Delivery tried(Supplier<Delivery> sending) {
        try {
            return sending.get();
        } catch (RuntimeException | Error e) { // nothing may keep a channel waiting for its answer
            return new Delivery.Later(e.toString());
        }
    }

    private static boolean await(Thread sender, Duration most) {
        try {
            if (sender.join(most)) {
                return true;
            }
            sender.interrupt();
            sender.join(LAST_WAIT);
        } catch (InterruptedException e) {
            sender.interrupt();
        }
        return false;
    }
}
