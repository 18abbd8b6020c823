package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes that were asked for.
 *
 * @param changes oldest first
 * @param missed what they were to come after is not kept any more: there may have been others
 */
@Json
public record AuditPage(List<AuditPage.Entry> changes, boolean missed) {
    /**
     * One change.
     *
     * @param id behind which the next ones are asked for
     * @param at ISO 8601
     * @param who a user of this host, or a token's name; unknown: the kernel did not say who sent a signal
     * @param from socket, an address, or signal, with the pid of who sent it where that is known
     * @param what such as {@code POST processes/stop} or {@code SIGHUP: reload}
     * @param body null: there was none, or it is not kept
     * @param status that was answered
     * @param result done, or refused
     * @param detail why it was refused; null: it was not
     */
    @Json
    public record Entry(
            String id,
            String at,
            String who,
            String from,
            String what,
            @Nullable String body,
            int status,
            String result,
            @Nullable String detail) {}
}
