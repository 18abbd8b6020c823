package dev.holdfast.log;

import dev.holdfast.unit.Level;
import java.nio.file.Path;

/**
 * One place where the lines of all processes and the daemon's own go.
 *
 * @param json an object a line; else text for people
 * @param least lines that say a lower level are left out; a line that says none counts as info
 * @param waits whether lines wait for it when it is slow, and with them the processes; else what is too much is dropped
 *     and counted
 */
public record OutputTarget(Place place, boolean json, Level least, boolean waits) {
    /** Where that is. */
    public sealed interface Place {
        /** @param stderr else standard output */
        record Standard(boolean stderr) implements Place {}

        record File(Path path, Rotation rotation) implements Place {}

        /** @param facility RFC 5424's number, 0 to 23 */
        record Syslog(Address address, int facility) implements Place {}

        /** @param socket usually {@code /run/systemd/journal/socket} */
        record Journald(Path socket) implements Place {}
    }

    /** Where a syslog server listens. */
    public sealed interface Address {
        record Udp(String host, int port) implements Address {}

        /** With octet counting (RFC 6587, 3.4.1). */
        record Tcp(String host, int port) implements Address {}

        record Unix(Path socket) implements Address {}
    }

    /** Whether the other writes to the same place, in whatever way. */
    boolean isWhere(OutputTarget other) {
        return place instanceof Place.File(Path path, Rotation _)
                ? other.place instanceof Place.File(Path its, Rotation _) && its.equals(path)
                : place.equals(other.place);
    }

    /** In words, for people. */
    public String name() {
        return switch (place) {
            case Place.Standard(boolean stderr) -> stderr ? "stderr" : "stdout";
            case Place.File(Path path, Rotation _) -> path.toString();
            case Place.Syslog(Address.Udp(String host, int port), int _) -> "syslog udp://" + host + ":" + port;
            case Place.Syslog(Address.Tcp(String host, int port), int _) -> "syslog tcp://" + host + ":" + port;
            case Place.Syslog(Address.Unix(Path socket), int _) -> "syslog " + socket;
            case Place.Journald _ -> "journald";
        };
    }
}
