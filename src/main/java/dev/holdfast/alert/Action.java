package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.unit.Level;

/** What {@link Alerts} wants done, after the changes of the same decision are on disk. */
public sealed interface Action {
    /** Answered by {@link Stimulus.Sent}; of one channel one at a time. */
    record Send(Letter letter, ChannelSpec channel) implements Action {}

    /** To the daemon's own log. */
    record Say(Level level, String words) implements Action {}
}
