package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@link Alerts} is told. */
public sealed interface Stimulus {
    /** It happened, it began, or it is now like this. */
    record Raise(Occasion occasion) implements Stimulus {}

    /** What lasted is over. */
    record Clear(String key, String how) implements Stimulus {
        public Clear {
            key = Occasion.key(key);
        }
    }

    /** Of what lasts with this prefix only these keys still do. */
    record Retain(String prefix, Set<String> keys) implements Stimulus {
        public Retain {
            keys = keys.stream().map(Occasion::key).collect(Collectors.toUnmodifiableSet());
        }
    }

    /** @param spec null: nobody is told any more */
    record Configure(@Nullable AlertSpec spec) implements Stimulus {}

    /** Replaces another of the same pattern. */
    record Hush(String pattern, Duration time, String reason, String by) implements Stimulus {}

    record Unhush(String pattern) implements Stimulus {}

    /** Answers {@link Action.Send}. */
    record Sent(String channel, String letter, Delivery delivery) implements Stimulus {}

    /**
     * A report is to go out: to these channels, whatever silences and quiet hours say, since it comes when it was asked for.
     *
     * @param id the same when it is posted again: what waits already is not doubled
     */
    record Post(String id, List<String> channels, Occasion headline, Enclosure enclosure) implements Stimulus {}

    /** {@link Alerts#nextDeadline} has come, or may have. */
    record Tick() implements Stimulus {}

    /** The daemon ends: what was gathered goes out at once. */
    record Close() implements Stimulus {}
}
