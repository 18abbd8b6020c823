package dev.holdfast.daemon;

import dev.holdfast.api.HostCheck;
import dev.holdfast.config.Config;
import dev.holdfast.config.Place;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration asks of a host that has only so much. A limit above it can never be reached; reservations are
 * promises, so all of them together have to be there; limits may add up to more, which is only told.
 */
final class HostBudget {
    private final Config config;
    private final HostRoom room;
    private final TreeSet<Problem> problems = new TreeSet<>();
    private final List<String> sums = new ArrayList<>();

    private HostBudget(Config config, HostRoom room) {
        this.config = config;
        this.room = room;
    }

    /** @param others problems of this host that were found elsewhere, as text */
    static HostCheck of(Config config, HostRoom room, List<String> others) {
        var b = new HostBudget(config, room);
        b.config.processes().values().stream().filter(ProcessSpec::enabled).forEach(b::single);
        b.sum("reservations.memory", r -> bytes(r.memoryReserved()), room.memoryBytes(), HostBudget::size, true);
        b.sum("reservations.cpu", r -> millicores(r.cpuReserved()), room.cores() * 1000L, HostBudget::cores, true);
        b.sum("limits.memory", r -> bytes(r.memory()), room.memoryBytes(), HostBudget::size, false);
        b.sum("limits.cpu", r -> millicores(r.cpu()), room.cores() * 1000L, HostBudget::cores, false);
        b.sum("limits.pids", r -> r.pids() == null ? null : (Long) (long) r.pids(), room.pids(), n -> n + "", false);
        var all = new ArrayList<>(others);
        b.problems.forEach(p -> all.add(p.toString()));
        return new HostCheck(List.copyOf(all), List.copyOf(b.sums));
    }

    private void single(ProcessSpec spec) {
        ResourcesSpec r = spec.resources();
        above(spec, "limits.memory", bytes(r.memory()), room.memoryBytes(), HostBudget::size, "memory");
        above(spec, "limits.memory_high", bytes(r.memoryHigh()), room.memoryBytes(), HostBudget::size, "memory");
        above(
                spec,
                "limits.memory_swap",
                bytes(r.memorySwap()),
                room.memoryBytes() + room.swapBytes(),
                HostBudget::size,
                "memory and swap together");
        above(spec, "limits.cpu", millicores(r.cpu()), room.cores() * 1000L, HostBudget::cores, "processors");
        Integer pids = r.pids();
        above(spec, "limits.pids", pids == null ? null : (Long) (long) pids, room.pids(), n -> n + "", "pids");
    }

    private void above(
            ProcessSpec spec, String key, @Nullable Long wanted, long there, Function<Long, String> text, String what) {
        if (wanted != null && wanted > there) {
            problem(
                    spec.name(),
                    spec.name() + ": " + key + " is " + text.apply(wanted) + ", but this host has only "
                            + text.apply(there) + " of " + what);
        }
    }

    private void problem(String process, String message) {
        Place at = config.places().get(process + ".resources");
        problems.add(
                at == null
                        ? new Problem(config.file().toString(), 1, 1, message)
                        : new Problem(at.file(), at.line(), at.column(), message));
    }

    /** @param promised whether more than there is cannot be */
    private void sum(
            String key,
            Function<ResourcesSpec, @Nullable Long> of,
            long there,
            Function<Long, String> text,
            boolean promised) {
        long sum = 0;
        String first = "";
        var parts = new ArrayList<String>();
        for (ProcessSpec spec : config.processes().values()) {
            Long each = spec.enabled() ? of.apply(spec.resources()) : null;
            if (each == null || spec.mostReplicas() == 0) {
                continue;
            }
            first = first.isEmpty() ? spec.name() : first;
            sum += each * spec.mostReplicas();
            parts.add("  " + spec.name() + ": " + spec.mostReplicas() + " x " + text.apply(each) + " = "
                    + text.apply(each * spec.mostReplicas()));
        }
        if (parts.isEmpty()) {
            return;
        }
        String verdict = sum <= there
                ? ""
                : promised ? ": more than there is" : ": more than there is, if all used theirs at once";
        sums.add(key + " of all: " + text.apply(sum) + " of " + text.apply(there) + verdict);
        sums.addAll(parts);
        if (promised && sum > there) {
            problem(
                    first,
                    key + " of all processes and replicas are " + text.apply(sum) + " together, but this host has only "
                            + text.apply(there));
        }
    }

    private static @Nullable Long bytes(@Nullable ByteSize size) {
        return size == null ? null : (Long) size.bytes();
    }

    private static @Nullable Long millicores(@Nullable CpuAmount cpu) {
        return cpu == null ? null : (Long) (long) cpu.millicores();
    }

    /** Exact where that is short; else rounded down to tenths. */
    private static String size(long bytes) {
        String exact = new ByteSize(bytes).toString();
        if (exact.length() <= 6) {
            return exact;
        }
        return bytes >= 10L << 30
                ? String.format(Locale.ROOT, "%.1fGi", Math.floor(bytes * 10.0 / (1L << 30)) / 10)
                : String.format(Locale.ROOT, "%.1fMi", Math.floor(bytes * 10.0 / (1L << 20)) / 10);
    }

    private static String cores(long millicores) {
        return String.format(Locale.ROOT, "%.3f", millicores / 1000.0).replaceFirst("\\.?0+$", "") + " cores";
    }
}
