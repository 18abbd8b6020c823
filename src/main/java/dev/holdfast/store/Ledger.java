package dev.holdfast.store;

import java.util.concurrent.CompletableFuture;

/** Where work on a database is done. Thread-safe. */
interface Ledger {
    /** In a transaction; told when that is on disk. */
    <T> CompletableFuture<T> write(Work<T> work);

    /** After all writing that was asked of this before. */
    <T> CompletableFuture<T> read(Work<T> work);
}
