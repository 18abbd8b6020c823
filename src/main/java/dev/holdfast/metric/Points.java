package dev.holdfast.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one metric's series say, in the order in which they came. Numbers lie side by side: of a thousand processes there
 * are twenty thousand, and a map's entry and a boxed number for each would be megabytes at every scrape. Filled by one
 * thread; then any may read it.
 */
public final class Points {
    private static final int FIRST = 4;

    private final List<List<String>> labels = new ArrayList<>(FIRST);
    private final List<Buckets.Filled> filled = new ArrayList<>(0);
    private double[] values = new double[FIRST];
    /** By the hash of its labels: which one it is, from 1; the next place where that is taken. */
    private int[] places = new int[4 * FIRST];

    Points() {}

    /** How many there are. */
    public int size() {
        return labels.size();
    }

    /** Values of the family's labels, in its order. */
    public List<String> labels(int i) {
        return labels.get(i);
    }

    /** Of a counter or gauge. */
    public double value(int i) {
        return values[i];
    }

    /** Of a histogram. */
    public Buckets.Filled filled(int i) {
        return filled.get(i);
    }

    /** A copy by labels: numbers, or {@link Buckets.Filled}. */
    public Map<List<String>, Object> toMap() {
        var all = new LinkedHashMap<List<String>, Object>();
        for (int i = 0; i < size(); i++) {
            all.put(labels(i), filled.isEmpty() ? (Object) values[i] : filled.get(i));
        }
        return all;
    }

    /** @return false: there are so many, and this would be another one */
    boolean put(List<String> of, double value, int most) {
        int i = at(of, most);
        if (i < 0) {
            return false;
        }
        values[i] = value;
        return true;
    }

    /** As {@link #put(List, double, int)}. */
    boolean put(List<String> of, Buckets.Filled value, int most) {
        int i = at(of, most);
        if (i < 0) {
            return false;
        }
        if (i == filled.size()) {
            filled.add(value);
        } else {
            filled.set(i, value);
        }
        return true;
    }

    /** Where it stands, from now on if not before; -1: nowhere. */
    private int at(List<String> of, int most) {
        int place = place(of);
        if (places[place] > 0) {
            return places[place] - 1;
        }
        if (labels.size() >= most) {
            return -1;
        }
        labels.add(of);
        places[place] = labels.size();
        if (labels.size() == values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
            places = new int[4 * values.length];
            for (int i = 0; i < labels.size(); i++) {
                places[place(labels.get(i))] = i + 1;
            }
        }
        return labels.size() - 1;
    }

    /** Its own, or the free one that would be. There always is one: at most half are taken. */
    private int place(List<String> of) {
        int hash = of.hashCode() * 0x9E3779B9; // what ends in consecutive numbers shall not stand in one row
        int place = (hash ^ hash >>> 16) & places.length - 1;
        while (places[place] > 0 && !labels.get(places[place] - 1).equals(of)) {
            place = place + 1 & places.length - 1;
        }
        return place;
    }
}
