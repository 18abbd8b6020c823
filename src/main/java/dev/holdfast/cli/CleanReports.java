package dev.holdfast.cli;

import dev.holdfast.api.CleanReport;
import dev.holdfast.clean.Cleaned;
import dev.holdfast.unit.Human;
import java.time.Duration;

/** Cleanings as they are told, by a daemon and without one. */
public final class CleanReports {
    private static final double NANOS = 1e9;

    private CleanReports() {}

    public static CleanReport of(String name, Cleaned c, Duration took) {
        return new CleanReport(
                name,
                c.dryRun(),
                c.done(),
                c.directories(),
                c.items().stream()
                        .map(i -> new CleanReport.Item(
                                i.path(),
                                i.kind(),
                                i.entries(),
                                i.bytes(),
                                i.newest().toString()))
                        .toList(),
                c.count(),
                c.entries(),
                c.bytes(),
                c.kept(),
                c.notes(),
                c.problems(),
                took.toNanos() / NANOS);
    }

    /** Such as {@code deleted 3 (12 files and directories, 3.4Mi)}. */
    public static String words(CleanReport r) {
        String what = r.count() == r.entries() ? "" : r.entries() + " files and directories, ";
        return (r.dryRun() ? "would delete " : "deleted ") + r.count() + " (" + what + Human.bytes(r.bytes()) + ")";
    }
}
