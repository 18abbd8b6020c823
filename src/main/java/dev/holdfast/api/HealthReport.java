package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How all that the daemon knows of is.
 *
 * @param level ok, warning or critical: the worst of the items
 * @param doing steps to recover that are under way
 */
@Json
public record HealthReport(String level, List<HealthReport.Item> items, List<String> doing) {
    public static final String OK = "ok";
    public static final String WARNING = "warning";
    public static final String CRITICAL = "critical";
    /** Of an item: neither good nor bad is known of it. Counts as ok. */
    public static final String UNKNOWN = "unknown";

    /**
     * One thing.
     *
     * @param kind host, probe, guard, process, schedule, queue or cleanup
     * @param level ok, warning, critical or unknown
     * @param value as people read it
     * @param detail why it is not ok; or empty
     * @param since ISO 8601, when it became so; null: not known
     * @param warning the threshold of the host's value, as configured: {@code > 75%}; null: none
     * @param critical as {@code warning}
     */
    @Json
    public record Item(
            String kind,
            String name,
            String level,
            String value,
            String detail,
            @Nullable String since,
            @Nullable String warning,
            @Nullable String critical) {
        /** One that is measured by no threshold. */
        public Item(String kind, String name, String level, String value, String detail, @Nullable String since) {
            this(kind, name, level, value, detail, since, null, null);
        }
    }
}
