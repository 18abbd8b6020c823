package dev.holdfast.unit;

import java.util.Locale;

/** How bad something is that somebody is told of; in order. */
public enum Severity {
    WARNING,
    CRITICAL;

    /** As it is written everywhere: {@code warning}, {@code critical}. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean atLeast(Severity other) {
        return compareTo(other) >= 0;
    }
}
