package dev.holdfast.daemon;

import dev.holdfast.guard.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sweeps that were asked for: each is answered once, whatever becomes of the guard. Thread-safe. */
final class Sweeps {
    private final Consumer<Runnable> soon;
    private final List<Sweep> pending = new ArrayList<>();

    /** One of them; it counts what is found from its begin on. */
    final class Sweep {
        private final Swept swept;
        private final Consumer<Recovery.Done> told;
        private boolean begun;

        private Sweep(String name, Consumer<Recovery.Done> told) {
            this.swept = new Swept(name);
            this.told = told;
        }

        void begin() {
            synchronized (Sweeps.this) {
                begun = true;
            }
        }

        /** @param blind why nothing could be looked at; null: it could */
        void done(@Nullable String blind) {
            if (blind != null) {
                answer("nothing could be looked at: " + blind);
                return;
            }
            synchronized (Sweeps.this) {
                answer(new Recovery.Done(swept.good(), swept.words(), List.of()));
            }
        }

        /** @param why it came to nothing */
        void answer(String why) {
            answer(new Recovery.Done(false, why, List.of()));
        }

        private void answer(Recovery.Done done) {
            synchronized (Sweeps.this) {
                if (!pending.remove(this)) {
                    return;
                }
            }
            soon.accept(() -> told.accept(done));
        }
    }

    /** @param soon has an answer told on the thread of who asked */
    Sweeps(Consumer<Runnable> soon) {
        this.soon = soon;
    }

    /**
     * One that has not begun.
     *
     * @param name {@code orphans} or {@code zombies}
     */
    synchronized Sweep ask(String name, Consumer<Recovery.Done> told) {
        var one = new Sweep(name, told);
        pending.add(one);
        return one;
    }

    synchronized void add(Finding f) {
        for (Sweep s : pending) {
            if (s.begun) {
                s.swept.add(f);
            }
        }
    }

    /** Nobody is left who would do them. */
    void end() {
        List<Sweep> left;
        synchronized (this) {
            left = List.copyOf(pending);
        }
        left.forEach(s -> s.answer("the guard ended meanwhile"));
    }
}
