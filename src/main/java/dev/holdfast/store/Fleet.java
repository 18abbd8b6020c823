package dev.holdfast.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The hosts that share a store, each as it last said itself. Futures fail with {@link StoreException}. Thread-safe. */
public interface Fleet {
    /** How often a host is to say how it is. */
    Duration BEAT = Duration.ofSeconds(10);

    /** Who says nothing for so long is not there, or cannot reach the store. */
    Duration SILENCE = BEAT.multipliedBy(3);

    /**
     * How a host is.
     *
     * @param name no other host's
     * @param up since its daemon started
     * @param cores that it may use
     * @param load of one minute (proc_loadavg(5))
     * @param memory bytes; {@code available} of them
     * @param running jobs
     * @param places for jobs, of all its queues
     * @param queues that it works for, by name
     */
    record Member(
            String name,
            String version,
            Duration up,
            int cores,
            double load,
            long memory,
            long available,
            int running,
            int places,
            List<String> queues) {}

    /**
     * @param silent since it was heard of last
     * @param left since it went in good order; null: it has not
     */
    record Heard(Member member, Duration silent, @Nullable Duration left) {}

    /** @param leaves it goes in good order: nothing more is heard of it */
    CompletableFuture<Boolean> beat(Member member, boolean leaves);

    /** By name; who was not heard of for a week is forgotten. */
    CompletableFuture<List<Heard>> hosts();
}
