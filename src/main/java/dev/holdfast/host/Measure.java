package dev.holdfast.host;

import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.heal.Reading;
import dev.holdfast.unit.Threshold;
import dev.holdfast.unit.Threshold.Bound;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one watch sees, out of a snapshot and the one before.
 *
 * @param used of the whole, as an amount; what there is none of is not known
 * @param whole 0: there is no whole, {@code used} is all that is known
 * @param unit of amounts, for people
 * @param problem why nothing is known; empty where it is, or will be with the next look
 */
record Measure(double used, double whole, Unit unit, String problem) {
    private static final Measure LATER = new Measure(0, 0, Unit.UNKNOWN, "");
    private static final double MICROS = 1e6;

    /** How amounts are told. */
    enum Unit {
        BYTES,
        BYTES_A_SECOND,
        NUMBER,
        SHARE,
        UNKNOWN
    }

    /** @param since from the snapshot before */
    static Measure of(Watch w, Snapshot now, @Nullable Snapshot before, Duration since) {
        double seconds = since.toNanos() / 1e9;
        return switch (w.metric()) {
            case MEMORY -> {
                Snapshot.Memory m = now.memory();
                yield m == null ? unknown("/proc/meminfo") : bytes(m.total() - m.available(), m.total());
            }
            case SWAP -> {
                Snapshot.Memory m = now.memory();
                yield m == null ? unknown("/proc/meminfo") : bytes(m.swapTotal() - m.swapFree(), m.swapTotal());
            }
            case CPU -> {
                Snapshot.Processors p = now.processors();
                Snapshot.Processors b = before == null ? null : before.processors();
                yield p == null
                        ? unknown("/proc/stat")
                        : b == null || p.all() <= b.all()
                                ? LATER
                                : new Measure(p.busy() - b.busy(), p.all() - b.all(), Unit.SHARE, "");
            }
            case LOAD -> {
                Double load = now.load();
                yield load == null ? unknown("/proc/loadavg") : new Measure(load, now.cores(), Unit.NUMBER, "");
            }
            case SWAP_IN -> {
                Long in = now.swappedInBytes();
                Long b = before == null ? null : before.swappedInBytes();
                yield in == null
                        ? unknown("/proc/vmstat")
                        : b == null || seconds <= 0
                                ? LATER
                                : new Measure((in - b) / seconds, 0, Unit.BYTES_A_SECOND, "");
            }
            case OPEN_FILES -> {
                Snapshot.OpenFiles f = now.openFiles();
                yield f == null ? unknown("/proc/sys/fs/file-nr") : new Measure(f.used(), f.most(), Unit.NUMBER, "");
            }
            case DISK -> space(now, w.of(), false);
            case INODES -> space(now, w.of(), true);
            case PRESSURE -> {
                Snapshot.Stall s = now.stalls().get(w.of());
                Snapshot.Stall b = before == null ? null : before.stalls().get(w.of());
                yield s == null
                        ? unknown("/proc/pressure/" + w.of())
                        : b == null || seconds <= 0
                                ? LATER
                                : new Measure((s.someMicros() - b.someMicros()) / MICROS, seconds, Unit.SHARE, "");
            }
        };
    }

    private static Measure unknown(String file) {
        return new Measure(0, 0, Unit.UNKNOWN, file + " cannot be read");
    }

    private static Measure bytes(long used, long whole) {
        return new Measure(used, whole, Unit.BYTES, "");
    }

    private static Measure space(Snapshot now, String mount, boolean inodes) {
        Snapshot.Space s = now.spaces().get(mount);
        if (s == null) {
            return LATER;
        }
        String problem = s.problem();
        if (problem != null) {
            return new Measure(0, 0, Unit.UNKNOWN, problem);
        }
        if (inodes && s.inodes() == 0) {
            return new Measure(0, 0, Unit.UNKNOWN, "this file system has no fixed number of inodes");
        }
        return inodes ? new Measure(s.inodesUsed(), s.inodes(), Unit.NUMBER, "") : bytes(s.used(), s.used() + s.free());
    }

    boolean known() {
        return unit != Unit.UNKNOWN;
    }

    /** How it stands to a threshold. */
    Reading reading(Threshold.Compare c) {
        if (!known()) {
            return Reading.UNKNOWN;
        }
        boolean left = "free".equals(c.subject()) || "available".equals(c.subject());
        double amount = left ? whole - used : used;
        boolean share = c.bound() instanceof Bound.Share;
        if (share && whole <= 0) { // of no swap at all nothing is used
            return Reading.WITHIN;
        }
        return Reading.of(c, share ? amount / whole : amount);
    }

    /** For people, such as {@code 71.2% (11Gi of 16Gi)}. */
    String shown() {
        return switch (unit) {
            case UNKNOWN -> problem.isEmpty() ? "not known yet" : "unknown: " + problem;
            case SHARE -> percent();
            case BYTES_A_SECOND -> size(used) + "/s";
            case BYTES -> whole <= 0 ? "none" : percent() + " (" + size(used) + " of " + size(whole) + ")";
            case NUMBER -> number(used) + (whole > 1e9 ? "" : " of " + number(whole));
        };
    }

    private String percent() {
        return whole <= 0 ? "none" : String.format(Locale.ROOT, "%.1f%%", 100 * used / whole);
    }

    private static String number(double n) {
        return n == Math.rint(n) ? Long.toString((long) n) : String.format(Locale.ROOT, "%.2f", n);
    }

    private static String size(double bytes) {
        String units = "KMGTP";
        double scaled = bytes;
        int unit = -1;
        while (scaled >= 1024 && unit < units.length() - 1) {
            scaled /= 1024;
            unit++;
        }
        return unit < 0
                ? Long.toString((long) bytes)
                : String.format(Locale.ROOT, scaled < 10 ? "%.1f%si" : "%.0f%si", scaled, units.charAt(unit));
    }

    /** For a chart: percent of the whole, or the amount. */
    Optional<Double> plotted() {
        return known() ? Optional.of(whole > 0 ? 100 * used / whole : used) : Optional.empty();
    }
}
