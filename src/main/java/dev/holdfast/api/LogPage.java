package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last lines, oldest first.
 *
 * @param cut null: all was looked at; else the search took too long, and this is the id up to which lines were: those that
 *     match behind it are told to who follows from it
 * @param older whether there may be more before these: as many as may be were looked at, or told
 */
@Json
public record LogPage(List<LogPage.Entry> lines, @Nullable String cut, boolean older) {
    /**
     * One line.
     *
     * @param id behind which the next ones are asked for
     * @param at ISO 8601; null: not known
     * @param process or replica, schedule or queue
     * @param stream stdout or stderr
     * @param level that it says of itself: trace, debug, info, notice, warning, error or critical; null: it says none
     */
    @Json
    public record Entry(
            String id,
            @Nullable String at,
            String process,
            String stream,
            @Nullable String level,
            String text) {}
}
