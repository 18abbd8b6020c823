package dev.holdfast.config;

import dev.holdfast.unit.Threshold;
import java.util.List;

/** Thresholds of which one is enough: one text, or a list of them. */
@Doc("a threshold, or a list of them")
record Thresholds(@Doc("one is enough") List<Threshold> any) {
    static final Thresholds NONE = new Thresholds(List.of());

    @Form
    static Thresholds ofOne(Threshold one) {
        return new Thresholds(List.of(one));
    }

    @Form
    static Thresholds ofList(List<Threshold> several) {
        if (several.isEmpty()) {
            throw new IllegalArgumentException("an empty list says nothing: leave the key out");
        }
        return new Thresholds(several);
    }
}
