package dev.holdfast.heal;

import dev.holdfast.config.RecoverSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The thresholds of one thing, and how bad it is by them. One thread owns it. */
public final class Ward {
    private final List<Bound> bounds;

    public Ward(List<Bound> bounds) {
        this.bounds = List.copyOf(bounds);
    }

    public List<Bound> bounds() {
        return bounds;
    }

    /** Empty: nothing is raised. */
    public Optional<Severity> severity() {
        return bounds.stream().filter(Bound::raised).map(Bound::severity).max(Comparator.naturalOrder());
    }

    /** Those that are raised, the worst first. */
    public List<Bound> raised() {
        return bounds.stream()
                .filter(Bound::raised)
                .sorted(Comparator.comparing(Bound::severity).reversed())
                .toList();
    }

    /** Whether something is passed that has not lasted long enough to be raised. */
    public boolean pending() {
        return bounds.stream().anyMatch(b -> b.raisedAt().isPresent());
    }

    /** Whether something that a step to recover waits for is so now. */
    public boolean holds(RecoverSpec.When when, MonoTime now) {
        return fitting(when).anyMatch(b -> b.holds(when.lasting(), now));
    }

    /** Whether something that a step to recover waits for was so, and cannot be told any more. */
    public boolean unsure(RecoverSpec.When when) {
        return fitting(when).anyMatch(Bound::unsure);
    }

    private Stream<Bound> fitting(RecoverSpec.When when) {
        return bounds.stream()
                .filter(b -> when.subject() == null || when.subject().equals(b.subject()))
                .filter(b -> when.severity() == null || b.severity().atLeast(when.severity()));
    }
}
