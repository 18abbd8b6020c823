package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Verb;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScaleSpec;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.supervise.ReplicaView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Why what people ask for cannot be, in words: never taken without effect and without a word. On the loop's thread. */
final class Objections {
    private static final String SHUTTING_DOWN = "the daemon is shutting down: nothing is started any more";

    private static final long LONGEST_HOLD = 30L * 24 * 60 * 60;

    private final Daemon daemon;

    Objections(Daemon daemon) {
        this.daemon = daemon;
    }

    /** @param named whether people named these themselves, and did not just say all */
    Optional<String> to(Verb verb, Set<String> names, boolean named) {
        return switch (verb) {
            case STOP -> Optional.empty();
            case START, RESTART -> toReload().or(() -> named ? first(names, this::absence) : Optional.empty());
            case SCALE -> toReload().or(() -> first(names, this::disabled));
            case SIGNAL -> first(names, this::nothingRuns);
        };
    }

    Optional<String> toReload() {
        return daemon.processes.supervision.shuttingDown() ? Optional.of(SHUTTING_DOWN) : Optional.empty();
    }

    /** @param holdSeconds that people want to hold the number; null: they do not */
    static Optional<String> toNumber(ProcessSpec spec, int n, @Nullable Long holdSeconds) {
        ScaleSpec scale = spec.scale();
        if (holdSeconds != null && scale == null) {
            return Optional.of(spec.name() + " has no scale that could be held: its number stays what it is set to");
        }
        if (holdSeconds != null && (holdSeconds < 1 || holdSeconds > LONGEST_HOLD)) {
            return Optional.of("a number is held for 1s to 30d");
        }
        return scale == null || holdSeconds != null || n == scale.within(n)
                ? Optional.empty()
                : Optional.of(spec.name() + " follows " + scale.by().words() + " between " + scale.min() + " and "
                        + scale.max() + "; holdfast scale " + spec.name() + " " + n
                        + " --hold 1h keeps it at " + n + " for so long");
    }

    /** That the number will follow something again. */
    List<String> goesOnFrom(Set<String> names) {
        var notes = new ArrayList<String>();
        for (String name : names) {
            ProcessSpec spec = daemon.specs().get(name);
            ScaleSpec scale = spec == null ? null : spec.scale();
            if (spec != null && scale != null && daemon.intents.heldUntil(name) == null) {
                notes.add(name + " goes on following " + scale.by().words() + " from here; --hold DURATION keeps it at "
                        + spec.replicas());
            }
        }
        return notes;
    }

    /** Why there is no replica of a process, and what would give it one; empty when there is. */
    private Optional<String> absence(String name) {
        ProcessSpec spec = daemon.specs().get(process(name));
        if (spec != null && spec.enabled() && spec.scale() != null) {
            return Optional.empty(); // there may be none now: whatever stopped it is taken back
        }
        return disabled(name)
                .or(() -> daemon.desired
                        .absent(process(name))
                        .map(why -> name + " is " + why + "; holdfast scale " + process(name)
                                + " N says how many shall run"));
    }

    private Optional<String> disabled(String name) {
        ProcessSpec spec = daemon.specs().get(process(name));
        return spec == null || spec.enabled()
                ? Optional.empty()
                : Optional.of(name + " is disabled: its key enabled is false; change that and holdfast reload");
    }

    private Optional<String> nothingRuns(String name) {
        boolean runs = daemon.processes.supervision.views().stream()
                .anyMatch(v -> v.leader() != null
                        && (v.id().process().equals(name) || v.id().toString().equals(name)));
        return runs ? Optional.empty() : Optional.of("nothing of " + name + " runs: no signal was sent");
    }

    private static String process(String name) {
        return ReplicaId.parse(name).map(ReplicaId::process).orElse(name);
    }

    private static Optional<String> first(
            Set<String> names, java.util.function.Function<String, Optional<String>> why) {
        return new TreeSet<>(names).stream().map(why).flatMap(Optional::stream).findFirst();
    }

    /** What goes on though what it needs is stopped, or was for a moment. */
    List<String> goesOnWithout(Set<String> stopped, boolean again) {
        var notes = new ArrayList<String>();
        Set<String> processes = new TreeSet<>();
        stopped.forEach(n -> processes.add(process(n)));
        var told = new TreeSet<String>();
        for (ReplicaView v : daemon.processes.supervision.views()) {
            ProcessSpec spec = daemon.specs().get(v.id().process());
            if (spec == null || !v.wantedUp() || v.leader() == null || !told.add(spec.name())) {
                continue;
            }
            spec.dependsOn().forEach((needed, condition) -> {
                if (condition != ProcessSpec.DependencyCondition.STOPPED
                        && processes.contains(needed)
                        && !processes.contains(spec.name())) {
                    notes.add(spec.name() + " depends on " + needed
                            + (again
                                    ? " and was not restarted; holdfast restart " + spec.name() + " does"
                                    : " and keeps running; holdfast stop " + spec.name() + " stops it too"));
                }
            });
        }
        return notes;
    }
}
