package dev.holdfast.protect;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What cannot be meant, and what will not have the effect that is expected.
 *
 * @param errors contradict themselves
 * @param warnings are odd on this host
 */
public record Sanity(List<String> errors, List<String> warnings) {
    private static final long SMALL_MEMORY = 4L << 20;

    public static Sanity of(Limits l, HostSize host) {
        var errors = new ArrayList<String>();
        errors(l, errors);
        var warnings = new ArrayList<String>();
        warnings(l, host, warnings);
        return new Sanity(List.copyOf(errors), List.copyOf(warnings));
    }

    private static void errors(Limits l, List<String> errors) {
        range("--cpu-weight", l.cpuWeight(), 1, 10_000, errors);
        range("--io-weight", l.ioWeight(), 1, 10_000, errors);
        range("--nice", l.nice(), -20, 19, errors);
        range("--oom-score-adj", l.oomScoreAdj(), -1000, 1000, errors);
        range("--tasks", l.tasks(), 1, Integer.MAX_VALUE, errors);
        ByteSize memory = l.memory();
        ByteSize high = l.memoryHigh();
        ByteSize swap = l.memorySwap();
        ByteSize low = l.reserveMemory();
        if (memory != null && memory.bytes() == 0) {
            errors.add("--memory is above 0: a limit of 0 lets nothing run");
        }
        above("--memory-high", high, "--memory", memory, "it would kill before it slows down", errors);
        above("--reserve-memory", low, "--memory", memory, "more would be kept for it than it may have", errors);
        above("--reserve-memory", low, "--memory-high", high, "what is kept for it would be taken from it", errors);
        if (swap != null && memory == null) {
            errors.add("--memory-swap is memory and swap together: it needs --memory");
        } else if (swap != null && memory != null && swap.compareTo(memory) < 0) {
            errors.add("--memory-swap " + amount(swap) + " is below --memory " + amount(memory)
                    + ": it is memory and swap together; the same as --memory is no swap at all");
        }
        CpuAmount cpu = l.cpu();
        CpuAmount reserved = l.reserveCpu();
        if (cpu != null && reserved != null && reserved.compareTo(cpu) > 0) {
            errors.add("--reserve-cpu " + reserved + " is above --cpu " + cpu);
        }
        if (reserved != null && l.cpuWeight() != null) {
            errors.add("--reserve-cpu and --cpu-weight set the same weight (a core is 100): give one of them");
        }
        if (l.timeout() != null && l.timeout().isZero()) {
            errors.add("--timeout is above 0");
        }
    }

    private static void warnings(Limits l, HostSize host, List<String> warnings) {
        ByteSize memory = l.memory();
        beyond("--memory", memory, host.memory(), "memory", "it never takes effect", warnings);
        beyond("--memory-high", l.memoryHigh(), host.memory(), "memory", "it never takes effect", warnings);
        beyond("--reserve-memory", l.reserveMemory(), host.memory(), "memory", "it cannot be kept", warnings);
        ByteSize swap = l.memorySwap();
        if (swap != null && memory != null && host.swap() >= 0 && swap.bytes() - memory.bytes() > host.swap()) {
            warnings.add("--memory-swap allows " + amount(new ByteSize(swap.bytes() - memory.bytes()))
                    + " of swap, this host has " + amount(new ByteSize(host.swap())));
        }
        if (memory != null && memory.bytes() > 0 && memory.bytes() < SMALL_MEMORY) {
            warnings.add("--memory " + amount(memory) + " is less than most programs need to start; is a unit missing?"
                    + " Mi is 1024 * 1024 bytes, M is 1000 * 1000");
        }
        CpuAmount cpu = l.cpu();
        if (cpu != null && host.cores() > 0 && cpu.millicores() > host.cores() * 1000L) {
            warnings.add(
                    "--cpu " + cpu + " is above the " + host.cores() + " cores of this host: it never takes effect");
        }
        Integer tasks = l.tasks();
        if (tasks != null && host.tasks() >= 0 && tasks > host.tasks()) {
            warnings.add(
                    "--tasks " + tasks + " is above the " + host.tasks() + " pids of this host: it never takes effect");
        }
    }

    private static void range(String option, @Nullable Integer n, int least, int most, List<String> errors) {
        if (n != null && (n < least || n > most)) {
            errors.add(
                    option + " is " + least + (most == Integer.MAX_VALUE ? " or more" : " to " + most) + ", not " + n);
        }
    }

    private static void above(
            String one, @Nullable ByteSize a, String other, @Nullable ByteSize b, String why, List<String> errors) {
        if (a != null && b != null && a.compareTo(b) > 0) {
            errors.add(one + " " + amount(a) + " is above " + other + " " + amount(b) + ": " + why);
        }
    }

    private static void beyond(
            String option, @Nullable ByteSize size, long has, String of, String then, List<String> warnings) {
        if (size != null && has >= 0 && size.bytes() > has) {
            warnings.add(option + " " + amount(size) + " is above the " + amount(new ByteSize(has)) + " of " + of
                    + " that this host has: " + then);
        }
    }

    /** {@code 512Mi (536870912 bytes)}; only the bytes where no unit is exact. */
    static String amount(ByteSize size) {
        String text = size.toString();
        String bytes = size.bytes() + " bytes";
        return text.equals(Long.toString(size.bytes())) ? bytes : text + " (" + bytes + ")";
    }
}
