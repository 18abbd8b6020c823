package dev.holdfast.store;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Who runs a due time: of all daemons that share a store exactly one. Thread-safe. */
public interface Claims {
    /**
     * Claims a due time for a run of this host.
     *
     * @param run whose it is: the same run may ask again, after its daemon's death
     * @return told when it is on disk: true when it is this run's and nobody else's, for ever; false when it is another's.
     *     Fails when nobody can tell
     */
    CompletableFuture<Boolean> claim(String schedule, Instant due, String run, String host);
}
