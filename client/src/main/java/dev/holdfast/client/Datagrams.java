package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/** Unix datagrams by system calls: not before Java 22, whose class of this name stands in META-INF/versions/22. */
final class Datagrams {
    private Datagrams() {}

    /** Null: there are none. */
    static Notify.@Nullable Wire wire() {
        return null;
    }
}
