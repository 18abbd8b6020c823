package dev.holdfast.config;

import dev.holdfast.config.HostSpec.Metric;
import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.unit.Severity;
import dev.holdfast.unit.Threshold;
import dev.holdfast.unit.Threshold.Bound;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From {@code host:} as written to its spec. */
final class HostResolver {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Problems problems;
    private final Binder binder;
    private final RecoverResolver recover;
    private final List<Watch> watches = new ArrayList<>();

    HostResolver(Problems problems, Binder binder, RecoverResolver recover) {
        this.problems = problems;
        this.binder = binder;
        this.recover = recover;
    }

    HostSpec host(HostSection h, Node at) {
        if (h.interval().compareTo(SHORTEST) < 0) {
            new Ranges(problems, binder, h, at)
                    .add("interval", dev.holdfast.unit.Durations.format(h.interval()), "is at least 1s");
        }
        levels(Metric.MEMORY, "", h.memory(), binder.at(h, "memory", at));
        levels(Metric.CPU, "", h.cpu(), binder.at(h, "cpu", at));
        levels(Metric.LOAD, "", h.load(), binder.at(h, "load", at));
        levels(Metric.SWAP, "", h.swap(), binder.at(h, "swap", at));
        levels(Metric.SWAP_IN, "", h.swapIn(), binder.at(h, "swapIn", at));
        mounts(Metric.DISK, h.disk());
        mounts(Metric.INODES, h.inodes());
        levels(Metric.OPEN_FILES, "", h.openFiles(), binder.at(h, "openFiles", at));
        HostSection.Pressure p = h.pressure();
        if (p != null) {
            pressure("memory", p.memory(), binder.at(p, "memory", at));
            pressure("cpu", p.cpu(), binder.at(p, "cpu", at));
            pressure("io", p.io(), binder.at(p, "io", at));
        }
        if (watches.isEmpty() && !binder.broken(h)) {
            problems.add(at, "host: has no threshold, so nothing would be looked at");
        }
        Node recoverAt = binder.at(h, "recover", at);
        Set<String> subjects =
                Arrays.stream(Metric.values()).map(Metric::written).collect(Collectors.toSet());
        List<RecoverSpec> steps = recover.of(h.recover(), subjects, true, recoverAt);
        for (int i = 0; i < steps.size(); i++) {
            happens(steps.get(i).when(), binder.at(h.recover().get(i), "when", recoverAt));
        }
        return new HostSpec(h.interval(), List.copyOf(watches), steps, List.copyOf(h.alert()));
    }

    /** A step that waits for what is never told would be ignored in silence. */
    private void happens(RecoverSpec.When when, Node at) {
        boolean ever = watches.stream()
                .filter(w -> w.metric().written().equals(when.subject()))
                .anyMatch(w -> w.critical() != null || (when.severity() == Severity.WARNING && w.warning() != null));
        if (!ever && when.subject() != null && when.severity() != null && problems.isEmpty()) {
            problems.add(
                    at,
                    "\"" + when + "\" never happens: host." + when.subject() + " says no "
                            + when.severity().written());
        }
    }

    private void mounts(Metric metric, Map<String, HostSection.Levels> written) {
        new TreeMap<>(written).forEach((mount, levels) -> {
            Node at = binder.at(written, mount);
            if (!mount.startsWith("/")) {
                problems.add(at, "\"" + mount + "\": a mount point is an absolute path");
            }
            levels(metric, mount, levels, at);
        });
    }

    private void levels(Metric metric, String of, HostSection.@Nullable Levels l, Node at) {
        if (l == null) {
            return;
        }
        if (l.warning() == null && l.critical() == null && !binder.broken(l)) {
            problems.add(at, metric.written() + " needs warning or critical");
        }
        level(metric, l.warning(), binder.at(l, "warning", at));
        level(metric, l.critical(), binder.at(l, "critical", at));
        watches.add(new Watch(metric, of, l.warning(), l.critical(), l.window()));
    }

    private void level(Metric metric, @Nullable Threshold t, Node at) {
        if (t == null) {
            return;
        }
        if (!(t instanceof Threshold.Compare(String subject, var _, Bound bound))) {
            problems.add(at, "\"" + t + "\": " + metric.written() + " is compared, such as > 80%");
            return;
        }
        List<String> subjects = switch (metric) {
            case MEMORY -> List.of("used", "available");
            case SWAP, DISK, INODES -> List.of("used", "free");
            case CPU, OPEN_FILES -> List.of("used");
            case LOAD, SWAP_IN, PRESSURE -> List.of();
        };
        if (subject != null && !subjects.contains(subject)) {
            String free = metric == Metric.MEMORY && subject.equals("free")
                    ? ": what is free says little, as caches fill it; write available"
                    : " is nothing of " + metric.written() + Problems.hint(subject, subjects)
                            + (subjects.isEmpty() ? "" : " (known: " + String.join(", ", subjects) + ")");
            problems.add(at, "\"" + t + "\": " + subject + free);
            return;
        }
        boolean fits = switch (metric) {
            case MEMORY, SWAP, DISK -> bound instanceof Bound.Share || bound instanceof Bound.Size;
            case CPU -> bound instanceof Bound.Share;
            case LOAD, INODES, OPEN_FILES -> bound instanceof Bound.Share || bound instanceof Bound.Count;
            case SWAP_IN -> bound instanceof Bound.Size;
            case PRESSURE -> false;
        };
        if (!fits) {
            problems.add(
                    at,
                    "\"" + t + "\": " + metric.written() + " is compared with "
                            + switch (metric) {
                                case MEMORY, SWAP, DISK -> "a share or a size, such as > 80% or > 10Gi";
                                case CPU -> "a share, such as > 80%";
                                case LOAD, INODES, OPEN_FILES -> "a number or a share, such as > 8 or > 80%";
                                case SWAP_IN -> "a size a second, such as > 10Mi";
                                case PRESSURE -> "a stall";
                            });
        }
    }

    private void pressure(String of, HostSection.@Nullable PressureLevels p, Node at) {
        if (p == null) {
            return;
        }
        for (String key : List.of("warning", "critical")) {
            Threshold t = key.equals("warning") ? p.warning() : p.critical();
            if (t != null && !(t instanceof Threshold.Pressure)) {
                problems.add(binder.at(p, key, at), "\"" + t + "\": pressure is a stall, such as some > 150ms / 1s");
            }
        }
        if (p.warning() == null && p.critical() == null && !binder.broken(p)) {
            problems.add(at, "pressure needs warning or critical");
        }
        watches.add(new Watch(Metric.PRESSURE, of, p.warning(), p.critical(), Duration.ZERO));
    }
}
