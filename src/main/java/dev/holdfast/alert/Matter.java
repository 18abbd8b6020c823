package dev.holdfast.alert;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All that is known under one key.
 *
 * @param occasion as it was said last
 * @param since when it began last, on the kept clock
 * @param began the same, by the wall clock
 * @param seen when it was said last, on the kept clock
 * @param times how often it began, or happened
 * @param open whether it lasts
 * @param ended null: it lasts
 * @param how it ended, in words
 * @param severe since when it has been critical without a break, on the kept clock; -1: it is not
 * @param told by channel: whoever is to know of it
 */
public record Matter(
        Occasion occasion,
        long since,
        Instant began,
        long seen,
        int times,
        boolean open,
        @Nullable Instant ended,
        String how,
        long severe,
        SortedMap<String, Told> told) {
    public String key() {
        return occasion.key();
    }

    /** When it was said or told last, on the kept clock. */
    long touched() {
        return told.values().stream().mapToLong(Told::at).reduce(seen, Math::max);
    }

    /** Who is to know of it. */
    public List<String> channels() {
        return List.copyOf(told.keySet());
    }

    Matter with(SortedMap<String, Told> channels) {
        return new Matter(occasion, since, began, seen, times, open, ended, how, severe, channels);
    }

    Matter with(UnaryOperator<SortedMap<String, Told>> change) {
        return with(change.apply(new TreeMap<>(told)));
    }

    Matter with(String channel, Told t) {
        return with(all -> {
            all.put(channel, t);
            return all;
        });
    }

    Matter over(Instant when, String why) {
        return new Matter(occasion, since, began, seen, times, false, when, why, -1, told);
    }
}
