package dev.holdfast.alert;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

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
        String trouble) {
    /** One that was not tried yet. */
    public Letter(String id, String channel, Instant made, List<Item> items) {
        this(id, channel, made, items, List.of(), 0, 0, 0, false, "");
    }

    Letter failed(String why) {
        return new Letter(id, channel, made, items, left, tries + 1, putOff, refusals, passed, why);
    }

    Letter again() {
        return new Letter(id, channel, made, items, left, tries, putOff + 1, refusals, passed, trouble);
    }

    Letter refused() {
        return new Letter(id, channel, made, items, left, tries, putOff, refusals + 1, passed, trouble);
    }

    Letter overtaken() {
        return new Letter(id, channel, made, items, left, tries, putOff, refusals, true, trouble);
    }

    /** The same for these alone. */
    Letter with(List<String> recipients) {
        return new Letter(id, channel, made, items, List.copyOf(recipients), tries, putOff, refusals, passed, trouble);
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
                                trouble))
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
