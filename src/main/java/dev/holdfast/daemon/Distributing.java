package dev.holdfast.daemon;

import dev.holdfast.config.LogSpec;
import dev.holdfast.config.OutputSpec;
import dev.holdfast.log.OutputTarget;
import dev.holdfast.log.OutputTarget.Address;
import dev.holdfast.log.OutputTarget.Place;
import dev.holdfast.log.Rotation;
import java.nio.file.Path;
import java.util.List;

/** From {@code global.logging.outputs} to what the log room opens. */
final class Distributing {
    private Distributing() {}

    static List<OutputTarget> targets(List<OutputSpec> outputs) {
        return outputs.stream()
                .map(o -> new OutputTarget(place(o.place()), o.json(), o.level(), o.waits()))
                .toList();
    }

    private static Place place(OutputSpec.Place place) {
        return switch (place) {
            case OutputSpec.Place.Stdout() -> new Place.Standard(false);
            case OutputSpec.Place.Stderr() -> new Place.Standard(true);
            case OutputSpec.Place.File(String path, LogSpec.RotationSpec r) ->
                new Place.File(Path.of(path), new Rotation(r.maxSizeBytes(), r.maxBackups(), r.maxAge(), r.compress()));
            case OutputSpec.Place.Syslog(String transport, String target, int port, int facility) ->
                new Place.Syslog(
                        switch (transport) {
                            case "udp" -> new Address.Udp(target, port);
                            case "tcp" -> new Address.Tcp(target, port);
                            default -> new Address.Unix(Path.of(target));
                        },
                        facility);
            case OutputSpec.Place.Journald(String path) -> new Place.Journald(Path.of(path));
        };
    }
}
