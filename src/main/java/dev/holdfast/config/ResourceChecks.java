package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Percent;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Limits and reservations that contradict each other or themselves. */
record ResourceChecks(Problems problems, Binder binder) {
    private static final int MOST_OPS = 1_000_000_000;

    void check(ProcessSection.@Nullable Resources resources, Node at) {
        ProcessSection.Limits l = resources == null ? null : resources.limits();
        ProcessSection.Reservations kept = resources == null ? null : resources.reservations();
        if (l != null) {
            limits(l, at);
        }
        if (l != null && kept != null) {
            reservations(l, kept, at);
        }
    }

    void watch(ProcessSection p, Node at) {
        ProcessSection.MemoryWatch w = p.memoryWatch();
        if (w == null) {
            return;
        }
        ProcessSection.Resources resources = p.resources();
        ProcessSection.Limits l = resources == null ? null : resources.limits();
        if (l == null || l.memory() == null) {
            problems.add(
                    binder.at(p, "memoryWatch", at),
                    "memory_watch has shares of resources.limits.memory, which is not given");
        }
        var ranges = new Ranges(problems, binder, w, at);
        share(ranges, "warn", w.warn());
        share(ranges, "recycle", w.recycle());
        Percent warn = w.warn();
        Percent recycle = w.recycle();
        if (warn != null && recycle != null && warn.share() >= recycle.share()) {
            problems.add(
                    binder.at(w, "warn", at), "warn (" + warn + ") is below recycle (" + recycle + "), or never told");
        }
    }

    private static void share(Ranges ranges, String component, @Nullable Percent share) {
        if (share != null && (share.share() <= 0 || share.share() > 1)) {
            ranges.add(component, share.toString(), "is more than 0% and at most 100%");
        }
    }

    private void limits(ProcessSection.Limits l, Node at) {
        ByteSize memory = l.memory();
        ByteSize swap = l.memorySwap();
        ByteSize high = l.memoryHigh();
        var limits = new Ranges(problems, binder, l, at);
        limits.positive("memory", memory);
        limits.positive("memoryHigh", high);
        limits.within("pids", l.pids(), 1, 4_194_304);
        if (swap != null && memory == null) {
            problems.add(
                    binder.at(l, "memorySwap", at),
                    "memory_swap is memory and swap together: it needs memory beside it");
        }
        if (memory != null && swap != null && swap.compareTo(memory) < 0) {
            problems.add(
                    binder.at(l, "memorySwap", at),
                    "memory_swap (" + swap + ") is memory and swap together, so not below memory (" + memory + ")");
        }
        if (memory != null && high != null && high.compareTo(memory) > 0) {
            problems.add(binder.at(l, "memoryHigh", at), "memory_high (" + high + ") is above memory (" + memory + ")");
        }
        ProcessSection.IoLimits io = l.io();
        if (io != null) {
            var ranges = new Ranges(problems, binder, io, at);
            ranges.positive("readBytes", io.readBytes());
            ranges.positive("writeBytes", io.writeBytes());
            ranges.within("readOps", io.readOps(), 1, MOST_OPS);
            ranges.within("writeOps", io.writeOps(), 1, MOST_OPS);
            ranges.within("weight", io.weight(), 1, 10_000);
        }
    }

    private void reservations(ProcessSection.Limits l, ProcessSection.Reservations kept, Node at) {
        ByteSize memory = l.memory();
        ByteSize reserved = kept.memory();
        if (memory != null && reserved != null && reserved.compareTo(memory) > 0) {
            problems.add(binder.at(kept, "memory", at), "more is reserved (" + reserved + ") than the limit allows");
        }
        CpuAmount cpu = l.cpu();
        CpuAmount reservedCpu = kept.cpu();
        if (cpu != null && reservedCpu != null && reservedCpu.compareTo(cpu) > 0) {
            problems.add(binder.at(kept, "cpu", at), "more is reserved (" + reservedCpu + ") than the limit allows");
        }
    }
}
