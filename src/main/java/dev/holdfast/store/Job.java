package dev.holdfast.store;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A piece of work for the store's thread, and whoever waits for it. Once offered, that thread's own. */
final class Job<T> {
    private final Work<T> work;
    final boolean writes;
    /** Whether it waits for a full disk, say; else it fails. */
    final boolean patient;

    final CompletableFuture<T> done = new CompletableFuture<>();
    private @Nullable Runnable ready;

    Job(Work<T> work, boolean writes) {
        this(work, writes, true);
    }

    Job(Work<T> work, boolean writes, boolean patient) {
        this.work = work;
        this.writes = writes;
        this.patient = patient;
    }

    /** The result is told only when it is on disk. */
    void attempt(Session s) throws SQLException {
        try {
            T result = work.in(s);
            ready = () -> done.complete(result);
        } catch (RuntimeException bug) {
            throw new SQLException(bug.toString(), bug);
        }
    }

    void failed(SQLException why) {
        ready = () -> done.completeExceptionally(why);
    }

    void tell() {
        Runnable told = ready;
        if (told != null) {
            told.run();
        }
    }
}
