package dev.holdfast.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of one scrape, as they are gathered. Of one metric there are {@value #MOST} series at most: what is beyond
 * is counted, and told by {@link Family#OMITTED}. One thread fills it; once that is done, any may read it.
 */
public final class Sheet {
    static final int MOST = 20_000;

    private final Map<Family, Points> all = new EnumMap<>(Family.class);
    /** The last ones put, by their number: a process' figures come one after the other, and share them. */
    private final List<List<String>> latest = new ArrayList<>(List.of(List.of(), List.of(), List.of(), List.of()));

    private final List<String> troubles = new ArrayList<>();
    private long omitted;

    /** Gathers some figures. */
    @FunctionalInterface
    public interface Source {
        void into(Sheet sheet);
    }

    /**
     * One value; the last one put for the same labels holds.
     *
     * @param labels values of the family's labels, in its order
     */
    public void put(Family family, double value, String... labels) {
        put(family, value, shared(labels));
    }

    /** A count, beyond 2^53 not to the last digit. */
    public void put(Family family, long value, String... labels) {
        put(family, (double) value, shared(labels));
    }

    /** Such as a count of 0 or 1. */
    public void put(Family family, boolean value, String... labels) {
        put(family, value ? 1.0 : 0.0, shared(labels));
    }

    /** A histogram's state. */
    public void put(Family family, Buckets.Filled value, String... labels) {
        List<String> of = shared(labels);
        count(points(family, of).put(of, value, MOST));
    }

    /** @param labels not changed any more */
    void put(Family family, double value, List<String> labels) {
        count(points(family, labels).put(labels, value, MOST));
    }

    private Points points(Family family, List<String> labels) {
        if (labels.size() != family.labels().size()) {
            throw new IllegalArgumentException(family.written() + " has the labels " + family.labels());
        }
        return all.computeIfAbsent(family, _ -> new Points());
    }

    private void count(boolean taken) {
        if (!taken) {
            omitted++;
        }
    }

    private List<String> shared(String... labels) {
        if (labels.length >= latest.size()) {
            return List.of(labels);
        }
        List<String> before = latest.get(labels.length);
        if (!before.equals(Arrays.asList(labels))) {
            before = List.of(labels);
            latest.set(labels.length, before);
        }
        return before;
    }

    /** A source that fails costs its own figures, not those of the others. */
    public void gather(Source source) {
        try {
            source.into(this);
        } catch (RuntimeException bug) {
            troubles.add(String.valueOf(bug));
        }
    }

    /** What went wrong while it was gathered. */
    public List<String> troubles() {
        return List.copyOf(troubles);
    }

    long omitted() {
        return omitted;
    }

    /** To be read only. */
    public Map<Family, Points> all() {
        return all;
    }
}
