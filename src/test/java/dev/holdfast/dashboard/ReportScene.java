package dev.holdfast.dashboard;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report as a host of some weeks would have it. */
final class ReportScene {
    private static final long MIB = 1L << 20;

    private ReportScene() {}

    static UsageReport of(Instant now, Duration since) {
        String then = now.minus(since).toString();
        String earlier = now.minusSeconds(81_000).toString();
        return new UsageReport(
                "shop-1.example.org",
                then,
                now.toString(),
                "Europe/Berlin",
                900,
                List.of(
                        "worker leaks: it grows by 96MiB a day and reaches its limit in 4 days",
                        "/var/lib will be full in 9 days",
                        "the limit of web is often reached: 672MiB would do"),
                List.of("what ran before this daemon was installed"),
                new UsageReport.Machine(
                        8,
                        16_384 * MIB,
                        1.42,
                        3.8,
                        9_100 * MIB,
                        13_400 * MIB,
                        hours(2.1, 14),
                        hours(12_000.0 * MIB, 3),
                        Collections.nCopies(24, 4)),
                List.of(
                        program("web", 3, 512 * MIB, 503 * MIB, 11),
                        program("worker", 4, 1024 * MIB, 780 * MIB, 3),
                        program("database", 1, null, 2_900 * MIB, 2)),
                List.of(new UsageReport.Work("sitemap", 672, 670, 2, 1, 0, 0, 4.1, 9.3, 12.0, 1_903.0, 61 * MIB, 4)),
                List.of(new UsageReport.Work(
                        "thumbnails", 20_412, 20_399, 13, 0, 0, 1_840, 1.9, 6.2, 31.0, 33_120.0, 190 * MIB, 12)),
                List.of(new UsageReport.Growth(
                        "worker",
                        96.0 * MIB,
                        410 * MIB,
                        780 * MIB,
                        333_000,
                        0.0001,
                        now.plusSeconds(345_600).toString(),
                        rising(410, 780))),
                List.of(new UsageReport.Limit(
                        "process",
                        "web",
                        "memory",
                        "bytes",
                        512.0 * MIB,
                        511.0 * MIB,
                        512.0 * MIB,
                        41,
                        672,
                        true,
                        672.0 * MIB,
                        "1.3 times the p99 of its peaks")),
                List.of(new UsageReport.Count("web/2", "oom", 3), new UsageReport.Count("mailer", "given-up", 1)),
                List.of(new UsageReport.Ending(earlier, "web/2", "oom", "its memory limit of 512MiB was reached")),
                new UsageReport.Overlap(
                        3,
                        earlier,
                        List.of(new UsageReport.Pair("backup-database", "backup-media", 7, 4_812.0)),
                        List.of(new UsageReport.Together("02:00", List.of("backup-database", "sitemap"))),
                        List.of(new UsageReport.Moved("sitemap", "*/15 * * * *", "7-59/15 * * * *"))),
                List.of(new UsageReport.Failed(
                        "schedule", "backup-database", "exit", 2, earlier, "exited with 2: no space left on device")),
                List.of(
                        new UsageReport.Disk(
                                "/var/lib",
                                893L << 30,
                                960L << 30,
                                7.4 * (1L << 30),
                                now.plusSeconds(777_600).toString(),
                                rising(840, 893)),
                        new UsageReport.Disk("/", 293L << 30, 480L << 30, null, null, rising(293, 293))));
    }

    private static UsageReport.Program program(String name, int replicas, @Nullable Long limit, long peak, int starts) {
        return new UsageReport.Program(
                name,
                replicas,
                41_230.5,
                0.31,
                0.97,
                peak * 2 / 3,
                peak - 9 * MIB,
                peak,
                limit == null ? null : 1.0,
                limit,
                starts,
                14,
                rising(120, (int) (peak / MIB)));
    }

    private static List<@Nullable Double> hours(double most, int at) {
        var all = new ArrayList<@Nullable Double>();
        for (int h = 0; h < 24; h++) {
            all.add(h == 5 ? null : (Double) (h == at ? most : most / (1 + Math.abs(h - at))));
        }
        return all;
    }

    private static List<@Nullable Double> rising(int from, int to) {
        var all = new ArrayList<@Nullable Double>();
        for (int i = 0; i < 48; i++) {
            all.add((double) (from + (to - from) * i / 47) * MIB);
        }
        return all;
    }
}
