package dev.holdfast.config;

import java.util.List;

/**
 * {@code global.api_rate_limit}: how often the listener may be asked. The Unix socket knows no limit.
 *
 * @param rate of what no endpoint's own is for
 * @param perClient each client has all of it; else all share it
 * @param endpoints first match counts
 */
public record RateLimitSpec(Rate rate, boolean perClient, List<Endpoint> endpoints) {
    /** What holds when nothing is said. */
    public static final RateLimitSpec DEFAULT = new RateLimitSpec(new Rate(100, 200), true, List.of());

    /**
     * @param perSecond 1 to 1,000,000
     * @param burst that may come at once, 1 to 1,000,000
     */
    public record Rate(int perSecond, int burst) {}

    /**
     * @param method in capitals
     * @param path of segments, each as it reads decoded, or {@code {name}} for any
     */
    public record Endpoint(String method, String path, Rate rate) {
        /** As it is written. */
        public String written() {
            return method + " " + path;
        }
    }
}
