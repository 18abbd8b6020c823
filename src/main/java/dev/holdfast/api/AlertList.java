package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of alerts. Times are ISO 8601.
 *
 * @param open what lasts, and what happened and is not told yet
 * @param recent what is over and was told, the latest first
 * @param waiting messages that are not delivered yet
 */
@Json
public record AlertList(List<One> open, List<One> recent, List<Message> waiting, List<Quiet> silences) {
    /**
     * One alert.
     *
     * @param severity warning or critical
     * @param times how often it began, or happened
     * @param ended null: it lasts
     * @param silenced by a silence that holds
     * @param channels that are to know of it
     */
    @Json
    public record One(
            String key,
            String severity,
            String title,
            int times,
            String began,
            @Nullable String ended,
            boolean silenced,
            List<String> channels) {}

    /** @param trouble why the last try failed; empty: none has */
    @Json
    public record Message(String id, String channel, String made, int tries, String trouble, List<String> titles) {}

    /** A silence. */
    @Json
    public record Quiet(String pattern, String until, String reason, String by) {}
}
