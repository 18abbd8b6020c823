package dev.holdfast.config;

import dev.holdfast.unit.Level;

/**
 * One of {@code global.logging.outputs}, with every default filled in.
 *
 * @param json an object a line; else text
 * @param waits whether processes wait for it when it is slow
 */
public record OutputSpec(Place place, boolean json, Level level, boolean waits) {
    /** Where lines go. */
    public sealed interface Place {
        record Stdout() implements Place {}

        record Stderr() implements Place {}

        record File(String path, LogSpec.RotationSpec rotation) implements Place {}

        /**
         * @param transport udp, tcp or unix
         * @param target a host, or a socket's path
         * @param port 0 for unix
         * @param facility 0 to 23
         */
        record Syslog(String transport, String target, int port, int facility) implements Place {}

        record Journald(String path) implements Place {}
    }
}
