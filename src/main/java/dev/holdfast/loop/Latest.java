package dev.holdfast.loop;

import dev.holdfast.linux.Threads;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Does what may wait for somebody else, such as the name service, on a thread of its own that is there while there is
 * something to do: one after the other, and of what is asked meanwhile the last alone. Thread-safe.
 */
public final class Latest<T> {
    private final String name;
    private final Consumer<T> work;
    private final Consumer<IOException> without;
    /** What is to be done next; {@link #NOTHING}, or {@link #NOBODY} while nobody is at work. */
    private final AtomicReference<Object> next = new AtomicReference<>(NOBODY);

    private static final Object NOBODY = new Object();
    private static final Object NOTHING = new Object();

    /**
     * @param name of the thread
     * @param work called there; it throws nothing
     */
    public Latest(String name, Consumer<T> work) {
        this.name = name;
        this.work = work;
        this.without = _ -> run();
    }

    /** @param without called where no thread can be made, by who asked: then it is not done */
    public Latest(String name, Consumer<T> work, Consumer<IOException> without) {
        this.name = name;
        this.work = work;
        this.without = why -> {
            next.set(NOBODY);
            without.accept(why);
        };
    }

    /** Waits for nothing, but where no thread can be made and nobody said otherwise: then it is done here. */
    public void ask(T what) {
        if (!NOBODY.equals(next.getAndSet(what))) {
            return;
        }
        try {
            Threads.start(Thread.ofPlatform().name(name).daemon().unstarted(this::run));
        } catch (IOException noThread) {
            without.accept(noThread);
        }
    }

    @SuppressWarnings("unchecked") // all else are the two marks
    private void run() {
        do {
            Object what = next.getAndSet(NOTHING);
            if (!NOTHING.equals(what)) {
                work.accept((T) what);
            }
        } while (!next.compareAndSet(NOTHING, NOBODY));
    }
}
