package dev.holdfast.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at though Holdfast does not run it.
 *
 * @param cleanups by name
 * @param probes by name
 * @param host null: its thresholds are not given
 * @param audit null: nothing is audited
 */
public record WatchedSpec(
        SortedMap<String, CleanupSpec> cleanups,
        SortedMap<String, ProbeSpec> probes,
        @Nullable HostSpec host,
        @Nullable AuditSpec audit) {
    /** Nothing. */
    public static final WatchedSpec NONE = new WatchedSpec(
            Collections.unmodifiableSortedMap(new TreeMap<>()),
            Collections.unmodifiableSortedMap(new TreeMap<>()),
            null,
            null);

    public boolean isEmpty() {
        return cleanups.isEmpty() && probes.isEmpty() && host == null && audit == null;
    }
}
