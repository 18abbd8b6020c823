package dev.holdfast.event;

import java.util.Optional;

/**
 * One replica of a configured process, written {@code web} for replica 0 of a single one, else {@code web/2}.
 *
 * @param process the configured name: {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}
 * @param index counted from 0
 */
public record ReplicaId(String process, int index) implements Comparable<ReplicaId> {
    @Override
    public int compareTo(ReplicaId other) {
        int byName = process.compareTo(other.process);
        return byName != 0 ? byName : Integer.compare(index, other.index);
    }

    /** Of {@code web/2}; empty for the name of a process. */
    public static Optional<ReplicaId> parse(String text) {
        int slash = text.lastIndexOf('/');
        return slash > 0 && text.substring(slash + 1).matches("\\d{1,4}")
                ? Optional.of(new ReplicaId(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return process + "/" + index;
    }
}
