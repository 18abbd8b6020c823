package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events as the journal has them.
 *
 * @param events oldest first
 * @param missed what they were to come after is not kept any more: there may have been others
 */
@Json
public record EventPage(List<EventPage.Entry> events, boolean missed) {
    /**
     * One event. Beside these it has what belongs to its kind.
     *
     * @param id behind which the next ones are asked for
     * @param at ISO 8601
     * @param event its kind, such as Exited
     * @param replica to which it happened
     */
    @Json
    public record Entry(
            String id, String at, String event, @Nullable String replica) {}
}
