package dev.holdfast.metric;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of one scrape, as they are gathered. Of one metric there are {@value #MOST} series at most: what is beyond
 * is counted, and told by {@link Family#OMITTED}. One thread fills it; once that is done, any may read it.
 */
public final class Sheet {
    static final int MOST = 20_000;

    private final Map<Family, Map<List<String>, Object>> all = new EnumMap<>(Family.class);
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
        keep(family, value, labels);
    }

    /** A count, beyond 2^53 not to the last digit. */
    public void put(Family family, long value, String... labels) {
        keep(family, (double) value, labels);
    }

    /** Such as a count of 0 or 1. */
    public void put(Family family, boolean value, String... labels) {
        keep(family, value ? 1.0 : 0.0, labels);
    }

    /** A histogram's state. */
    public void put(Family family, Buckets.Filled value, String... labels) {
        keep(family, value, labels);
    }

    private void keep(Family family, Object value, String... labels) {
        if (labels.length != family.labels().size()) {
            throw new IllegalArgumentException(family.written() + " has the labels " + family.labels());
        }
        Map<List<String>, Object> points = all.computeIfAbsent(family, _ -> new LinkedHashMap<>());
        List<String> key = List.of(labels);
        if (points.size() >= MOST && !points.containsKey(key)) {
            omitted++;
        } else {
            points.put(key, value);
        }
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

    /** By label values: a Double, or {@link Buckets.Filled}. To be read only. */
    public Map<Family, Map<List<String>, Object>> all() {
        return all;
    }
}
