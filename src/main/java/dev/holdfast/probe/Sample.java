package dev.holdfast.probe;

import java.util.Map;

/**
 * What a look came to.
 *
 * @param up whether there was an answer, and the wanted one
 * @param detail one line for people
 * @param values by subject: latency, certificate and age in seconds, size in bytes, value and length as they are. What is
 *     missing is not known
 */
public record Sample(boolean up, String detail, Map<String, Double> values) {
    public Sample {
        values = Map.copyOf(values);
    }

    /** No answer, or not the wanted one. */
    public static Sample down(String detail) {
        return new Sample(false, detail, Map.of());
    }
}
