package dev.holdfast.metric;

import dev.holdfast.metric.Family.Kind;
import java.util.List;

/** What a {@link Family} is, in words: see there. */
record Description(Kind kind, String written, String unit, String help, List<String> labels) {
    static Description gauge(String written, String unit, String help, String... labels) {
        return new Description(Kind.GAUGE, written, unit, help, List.of(labels));
    }

    static Description counter(String written, String unit, String help, String... labels) {
        return new Description(Kind.COUNTER, written, unit, help, List.of(labels));
    }

    static Description histogram(String written, String unit, String help, String... labels) {
        return new Description(Kind.HISTOGRAM, written, unit, help, List.of(labels));
    }
}
