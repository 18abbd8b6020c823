package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.unit.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What goes into a letter. Pure. */
final class Composer {
    private static final int MOST = 50;
    private static final int MOST_CHARACTERS = 200_000;

    private Composer() {}

    /** As many as the channel shows each by itself. */
    private static int most(ChannelSpec c) {
        if (!(c.way() instanceof Way.Webhook w)) {
            return MOST;
        }
        return switch (w.template()) {
            case JSON -> MOST;
            case SLACK, MATTERMOST -> Payload.MOST_ATTACHMENTS;
            case NTFY -> Payload.MOST_LINES;
            case PAGERDUTY -> 1;
        };
    }

    /** Whether a channel takes one matter at a time: PagerDuty knows each by its key. */
    static boolean single(ChannelSpec c) {
        return c.way() instanceof Way.Webhook w && w.template() == Template.PAGERDUTY;
    }

    /** The worst first, and at least one; the rest is for the next letter. */
    static List<Matter> chosen(ChannelSpec c, Map<String, Matter> matters, Set<String> keys) {
        List<Matter> all = keys.stream()
                .map(matters::get)
                .filter(Objects::nonNull)
                .sorted(Comparator.<Matter>comparingInt(
                                m -> m.open() || !m.occasion().lasts() ? 0 : 1)
                        .thenComparing(m -> m.occasion().severity(), Comparator.reverseOrder())
                        .thenComparingLong(Matter::since)
                        .thenComparing(Matter::key))
                .toList();
        var chosen = new ArrayList<Matter>();
        long characters = 0;
        for (Matter m : all) {
            characters += size(m.occasion());
            if (!chosen.isEmpty() && (characters > MOST_CHARACTERS || chosen.size() >= most(c))) {
                break;
            }
            chosen.add(m);
        }
        return chosen;
    }

    private static long size(Occasion o) {
        long size = o.title().length() + o.text().length() + 1_000L;
        for (String line : o.output()) {
            size += line.length();
        }
        for (Fact f : o.facts()) {
            size += f.name().length() + f.value().length() + 20L;
        }
        return size;
    }

    static Item item(Item.Kind kind, Matter m, Told t) {
        return new Item(
                kind, severity(m, t), m.occasion(), m.began(), m.ended(), m.times(), m.times() - t.times(), m.how());
    }

    /** What the channel knows once it has the letter. */
    static Told told(ChannelSpec c, Item.Kind kind, Matter m, Told before, long now) {
        // A recovery begins no cooldown: what comes back is told when the one of its beginning is over.
        long at = kind == Item.Kind.CLEARED ? before.at() : now;
        // PagerDuty opens an incident for what has passed, too: the next letter resolves it.
        boolean asOpen =
                kind == Item.Kind.PASSED ? single(c) : m.open() && m.occasion().lasts();
        Severity told = severity(m, before);
        return new Told(m.times(), told, asOpen, at, told);
    }

    /** What lasts is as it is now; what is over was as bad as it ever was while nobody was told, or as was told of it. */
    private static Severity severity(Matter m, Told t) {
        if (m.open()) {
            return m.occasion().severity();
        }
        Severity known = t.asOpen() ? t.severity() : null;
        return known != null && known.atLeast(t.worst()) ? known : t.worst();
    }
}
