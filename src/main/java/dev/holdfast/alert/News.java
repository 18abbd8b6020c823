package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.QuietSpec;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;

/** How what a channel knows of a matter differs from how it is. */
sealed interface News {
    /** Nothing to tell, for now. */
    record None() implements News {}

    /** Something that this channel is not told: from here on it counts as known. */
    record Unsaid() implements News {}

    /** @param at from when on it is told, on the kept clock */
    record Due(Item.Kind kind, long at) implements News {}

    News NONE = new None();
    News UNSAID = new Unsaid();

    /** A wall clock may be set, so the end of quiet hours is looked for anew. */
    Duration LOOKED = Duration.ofMinutes(1);

    static News of(ChannelSpec c, Matter m, Told t, boolean silenced, Moment now) {
        News n = m.open() ? lasting(c, m, t, silenced, now) : over(c, m, t, silenced, now);
        return n instanceof Due(Item.Kind kind, long at) ? new Due(kind, awake(c.quiet(), t, at, now)) : n;
    }

    private static News lasting(ChannelSpec c, Matter m, Told t, boolean silenced, Moment now) {
        if (silenced || (!t.worst().atLeast(c.least()) && !t.asOpen())) {
            return NONE;
        }
        Severity known = t.severity();
        Severity severity = m.occasion().severity();
        boolean worse = known != null && severity.compareTo(known) > 0;
        long due = worse ? now.at() : t.cooled(now.at(), c.cooldown().toMillis());
        if (t.times() < m.times()) {
            return new Due(Item.Kind.RAISED, due);
        }
        return severity == known || !t.asOpen() ? NONE : new Due(Item.Kind.CHANGED, due);
    }

    private static News over(ChannelSpec c, Matter m, Told t, boolean silenced, Moment now) {
        if (t.asOpen()) { // whoever was told that it began hears that it ended, silenced or not
            return c.recovery() ? new Due(Item.Kind.CLEARED, now.at()) : unsaid(m, t, c, silenced, now);
        }
        return unsaid(m, t, c, silenced, now);
    }

    private static News unsaid(Matter m, Told t, ChannelSpec c, boolean silenced, Moment now) {
        if (t.times() == m.times()) {
            return t.asOpen() ? UNSAID : NONE;
        }
        if (silenced || !t.worst().atLeast(c.least())) {
            return UNSAID;
        }
        Severity known = t.severity();
        boolean worse = known != null && t.worst().compareTo(known) > 0;
        long due = worse ? now.at() : t.cooled(now.at(), c.cooldown().toMillis());
        return new Due(m.occasion().lasts() ? Item.Kind.PASSED : Item.Kind.RAISED, due);
    }

    private static long awake(@org.jspecify.annotations.Nullable QuietSpec quiet, Told t, long due, Moment now) {
        if (quiet == null || (quiet.criticalPasses() && t.worst() == Severity.CRITICAL)) {
            return due;
        }
        Instant end = quiet.until(now.wall());
        if (end == null) {
            return due;
        }
        Duration left = Duration.between(now.wall(), end);
        return Math.max(due, Moment.after(now.at(), left.compareTo(LOOKED) < 0 ? left.plusMillis(1) : LOOKED));
    }
}
