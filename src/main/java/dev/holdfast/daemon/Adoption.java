package dev.holdfast.daemon;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.Stimulus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What an instance of an earlier daemon is to this one. */
final class Adoption {
    private Adoption() {}

    /** Empty for a check: nobody awaits its answer any more. */
    static Optional<Stimulus> of(
            KernelLauncher.Adopted a, SortedMap<String, ProcessSpec> specs, Intents intents, Instant now) {
        String purpose = a.attributes().getOrDefault(Launches.PURPOSE, "");
        if (purpose.equals(Launches.PROBE)) {
            return Optional.empty();
        }
        ReplicaId replica = Outputs.replica(a.attributes());
        Duration age = Duration.between(a.startedAt(), now);
        return Optional.of(new Stimulus.Adopt(
                replica,
                a.id(),
                a.leader(),
                purpose.equals(Action.Purpose.MAIN.name()),
                a.alive(),
                obsolete(a, specs.get(replica.process()), intents.wasEnding(replica, a.id())),
                age.isNegative() ? Duration.ZERO : age,
                Integer.parseInt(a.attributes().getOrDefault(Launches.RESTARTS, "0"))));
    }

    private static @Nullable String obsolete(KernelLauncher.Adopted a, @Nullable ProcessSpec spec, boolean ending) {
        if (ending) {
            return "its stop had begun under an earlier daemon";
        }
        boolean same = spec != null && spec.fingerprint().equals(a.attributes().getOrDefault(Launches.FINGERPRINT, ""));
        return same ? null : "its configuration changed while no daemon ran";
    }
}
