package dev.holdfast.daemon;

import dev.holdfast.chronicle.Chronicle;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.intent.Intents;
import dev.holdfast.process.KernelLauncher;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.Stimulus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of an earlier daemon are to this one. The last one of a replica is its present; what is left of
 * older ones, whose last output that daemon had not yet kept when it died, only has to go.
 */
final class Adoption {
    private static final Comparator<KernelLauncher.Adopted> LAST_FIRST = Comparator.comparing(
                    KernelLauncher.Adopted::alive)
            .thenComparing(KernelLauncher.Adopted::startedAt)
            .reversed();

    private final SortedMap<String, ProcessSpec> specs;
    private final Intents intents;
    private final Chronicle chronicle;
    private final Instant now;
    private final Set<ReplicaId> met = new HashSet<>();

    Adoption(SortedMap<String, ProcessSpec> specs, Intents intents, Chronicle chronicle, Instant now) {
        this.specs = specs;
        this.intents = intents;
        this.chronicle = chronicle;
        this.now = now;
    }

    /** @param stimulus empty for a check, an errand or a rehearsal: nobody awaits its answer any more */
    record Found(InstanceId instance, Optional<Stimulus> stimulus) {}

    /** In the order in which they must be told. */
    List<Found> of(List<KernelLauncher.Adopted> all) {
        return all.stream()
                .sorted(LAST_FIRST)
                .map(a -> new Found(a.id(), stimulus(a)))
                .toList();
    }

    private Optional<Stimulus> stimulus(KernelLauncher.Adopted a) {
        String purpose = a.attributes().getOrDefault(Launches.PURPOSE, "");
        if (purpose.equals(Launches.PROBE) || purpose.equals(Rehearsal.PURPOSE) || purpose.equals(Errands.PURPOSE)) {
            return Optional.empty();
        }
        ReplicaId replica = Outputs.replica(a.attributes());
        boolean last = purpose.equals(Action.Purpose.MAIN.name()) && met.add(replica);
        Duration age = Duration.between(a.startedAt(), now);
        return Optional.of(new Stimulus.Adopt(
                replica,
                a.id(),
                a.leader(),
                last && (a.alive() || !intents.hasCompleted(replica)),
                a.alive(),
                a.alive() ? null : chronicle.end(replica, a.id()).orElse(null),
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
