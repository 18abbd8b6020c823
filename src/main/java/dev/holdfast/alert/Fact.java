package dev.holdfast.alert;

import org.jspecify.annotations.Nullable;

/**
 * A value that counts, and what it is held against.
 *
 * @param name such as {@code memory}
 * @param value as people read it, such as {@code 1.2Gi}
 * @param limit such as {@code > 1Gi}; null: there is none
 */
public record Fact(String name, String value, @Nullable String limit) {
    public Fact(String name, String value) {
        this(name, value, null);
    }
}
