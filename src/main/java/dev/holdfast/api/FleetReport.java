package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that share a store.
 *
 * @param shared whether they do; false: this host keeps its jobs for itself
 * @param hosts by name
 */
@Json
public record FleetReport(boolean shared, List<Host> hosts) {
    /**
     * One of them, as it last said itself.
     *
     * @param state up, silent (it should have been heard of) or left (it went in good order)
     * @param here whether it is the one that answers
     * @param silentSeconds since it was heard of last
     * @param upSeconds since its daemon started, when it was heard of last
     * @param load of one minute
     * @param memoryBytes null: unknown, as the next
     * @param running jobs
     * @param places for jobs
     * @param queues that it works for
     */
    @Json
    public record Host(
            String name,
            String state,
            boolean here,
            String version,
            double silentSeconds,
            double upSeconds,
            int cores,
            double load,
            @Nullable Long memoryBytes,
            @Nullable Long availableBytes,
            int running,
            int places,
            List<String> queues) {}
}
