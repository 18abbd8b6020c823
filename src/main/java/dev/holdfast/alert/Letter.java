package dev.holdfast.alert;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One message to one channel, kept until it is delivered. What it says does not change any more, so that whoever gets it
 * twice, from a daemon that died before it could note the delivery, knows it by its id.
 *
 * @param id the same for every try, and of no other letter
 * @param items at least one, the worst first
 * @param left of several recipients those that have not got it; empty: all
 * @param tries that failed
 * @param putOff of those, the ones that were answered "not now"
 * @param refusals of the tries, those that say that this letter will never be taken
 * @param passed whether a later one was taken while this one failed
 * @param trouble why the last try failed; empty: none has
 * @param enclosure a report, of which the one item is the headline; null: it is about what its items say
 */
public record Letter(
        String id,
        String channel,
        Instant made,
        List<Item> items,
        List<String> left,
        int tries,
        int putOff,
        int refusals,
        boolean passed,
        String trouble,
        @Nullable Enclosure enclosure) {
    /** One that was not tried yet. */
    public Letter(String id, String channel, Instant made, List<Item> items) {
        this(id, channel, made, items, List.of(), 0, 0, 0, false, "", null);
    }

    /** A report. */
    static Letter report(String id, String channel, Instant made, Item headline, Enclosure enclosure) {
        return new Letter(id, channel, made, List.of(headline), List.of(), 0, 0, 0, false, "", enclosure);
    }

    Letter enclosing(Enclosure e) {
        return new Letter(id, channel, made, items, left, tries, putOff, refusals, passed, trouble, e);
    }

    Letter failed(String why) {
        return new Letter(id, channel, made, items, left, tries + 1, putOff, refusals, passed, why, enclosure);
    }

    Letter again() {
        return new Letter(id, channel, made, items, left, tries, putOff + 1, refusals, passed, trouble, enclosure);
    }

    Letter refused() {
        return new Letter(id, channel, made, items, left, tries, putOff, refusals + 1, passed, trouble, enclosure);
    }

    Letter overtaken() {
        return new Letter(id, channel, made, items, left, tries, putOff, refusals, true, trouble, enclosure);
    }

    /** The same for these alone. */
    Letter with(List<String> recipients) {
        return new Letter(
                id, channel, made, items, List.copyOf(recipients), tries, putOff, refusals, passed, trouble, enclosure);
    }

    /** A letter an item. */
    List<Letter> singly() {
        return items.size() == 1
                ? List.of(this)
                : IntStream.range(0, items.size())
                        .mapToObj(i -> new Letter(
                                id + "-" + i,
                                channel,
                                made,
                                List.of(items.get(i)),
                                left,
                                tries,
                                putOff,
                                refusals,
                                passed,
                                trouble,
                                null))
                        .toList();
    }

    List<String> keys() {
        return items.stream().map(i -> i.occasion().key()).toList();
    }

    /** What it is about, for a line of the daemon's own log. */
    String about() {
        String first = items.getFirst().occasion().title();
        return items.size() == 1 ? first : first + ", and " + (items.size() - 1) + " more";
    }
}
