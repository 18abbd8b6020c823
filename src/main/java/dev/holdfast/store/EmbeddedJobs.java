package dev.holdfast.store;

import dev.holdfast.unit.Now;
import java.util.function.Supplier;

/** Jobs in the store's file. */
public final class EmbeddedJobs {
    private EmbeddedJobs() {}

    /**
     * @param clock leases and rates go by what its monotonic clock counts from now on, so that a wall clock that is set
     *     neither ends nor lengthens them; delays are by its wall clock
     */
    public static Jobs in(Store store, Supplier<Now> clock) {
        return new SqlJobs(store.atOnce(), Moment.of(clock));
    }
}
