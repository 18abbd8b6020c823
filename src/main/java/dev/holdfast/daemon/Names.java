package dev.holdfast.daemon;

import dev.holdfast.event.ReplicaId;

/** What people call a replica: its process alone where there is only one. */
final class Names {
    private Names() {}

    static String of(ReplicaId replica, int replicas) {
        return replicas <= 1 && replica.index() == 0 ? replica.process() : replica.toString();
    }
}
