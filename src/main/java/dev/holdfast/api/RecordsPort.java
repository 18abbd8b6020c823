package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the daemon has written down. Thread-safe; each method may wait and is called on a thread that may. */
public interface RecordsPort {
    /**
     * Events as the journal has them.
     *
     * @param most of them, 1 or more
     * @param after the id of an event; null: the last there are
     * @param replica only of this one, such as {@code web/0}; null: of all
     * @throws Refused 400 for an id that is none, or a replica without its number
     */
    Lines events(int most, @Nullable String after, @Nullable String replica) throws Refused;

    /**
     * Events as they come, each a {@code journal}; {@code missed} when there were others that are not kept any more.
     *
     * @param after as of {@link #events}; null: from now on
     * @param replica as of {@link #events}
     */
    Follow followEvents(@Nullable String after, @Nullable String replica) throws Refused;

    /**
     * The last lines of a process, replica, schedule or queue.
     *
     * @param most 1 to 5000
     * @throws Refused 404 for a name that is unknown, 400 for a filter that is none
     */
    LogPage logs(String name, LogWish wish, int most) throws Refused;

    /**
     * Lines as they come, each a {@code line}.
     *
     * @param after the id of a line; null: from now on
     * @throws Refused as {@link #logs}, and 400 for an id that is none
     */
    Follow followLogs(String name, LogWish wish, @Nullable String after) throws Refused;

    /** Changes that were asked for, as {@link #events}, of all. */
    Lines audit(int most, @Nullable String after) throws Refused;

    /** Writes down a change that was asked for. That it cannot be written is said elsewhere. */
    void audited(Change change);

    /**
     * @param json objects, oldest first, each with its {@code id}
     * @param missed what they were to come after is not kept any more: there may have been others
     */
    record Lines(List<String> json, boolean missed) {}

    /**
     * A change.
     *
     * @param who asked, and from where
     * @param what such as {@code POST processes/stop} or {@code SIGHUP: reload}
     * @param body of it; empty: none, or nothing that may be kept
     * @param status that was answered; to a signal, that would have been
     * @param result done, or refused
     * @param detail why it was refused; else empty
     */
    record Change(String who, String from, String what, String body, int status, String result, String detail) {}

    /**
     * Which lines; null: any. A line that belongs with the one before is shown with it.
     *
     * @param grep RE2's syntax
     * @param stream stdout or stderr
     * @param level this one or a higher one
     */
    record LogWish(
            @Nullable String grep,
            @Nullable String stream,
            @Nullable String level) {}
}
