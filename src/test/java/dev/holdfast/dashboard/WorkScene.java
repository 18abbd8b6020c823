package dev.holdfast.dashboard;

import dev.holdfast.api.CronHistory;
import dev.holdfast.api.CronList;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.JobsPort;
import dev.holdfast.api.QueueReport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Schedules, queues and jobs of that day. Thread-safe. */
final class WorkScene {
    private static final long MIB = 1L << 20;

    private final Instant now;
    private final Set<String> paused = ConcurrentHashMap.newKeySet();
    private final Map<String, String> steered = new ConcurrentHashMap<>();

    WorkScene(Instant now) {
        this.now = now;
        paused.add("import-prices");
    }

    private Instant ago(long seconds) {
        return now.minusSeconds(seconds);
    }

    // ── schedules ──

    private record Plan(String name, String timing, long everySeconds, long offset, double took, String result) {}

    private static final List<Plan> PLANS = List.of(
            new Plan("backup-database", "0 2 * * *", 86_400, 7_200, 2_840, "failed"),
            new Plan("backup-media", "30 2 * * *", 86_400, 9_000, 5_400, "success"),
            new Plan("import-prices", "*/15 * * * *", 900, 0, 95, "success"),
            new Plan("send-newsletter", "0 9 * * 1-5", 86_400, 32_400, 1_260, "success"),
            new Plan("rotate-sessions", "every 1m", 60, 0, 0.4, "success"),
            new Plan("sitemap", "0 */4 * * *", 14_400, 0, 610, "success"),
            new Plan("invoice-run", "15 */6 * * *", 21_600, 900, 1_900, "timeout"));

    private static Plan plan(String name) {
        return PLANS.stream().filter(p -> p.name.equals(name)).findFirst().orElse(PLANS.getFirst());
    }

    CronList cron() {
        return new CronList(PLANS.stream()
                .map(p -> new CronList.Entry(
                        p.name,
                        p.timing,
                        p.name.equals("sitemap") ? "running" : "idle",
                        paused.contains(p.name) ? null : next(p.name, 1).getFirst(),
                        ago(p.everySeconds / 3).truncatedTo(ChronoUnit.SECONDS).toString(),
                        p.result,
                        p.result.equals("success") ? null : "exit code 2",
                        p.took,
                        p.took * 1.4,
                        200,
                        p.result.equals("success") ? 0 : 2,
                        0,
                        paused.contains(p.name) ? "by anna" : null))
                .toList());
    }

    void pause(String name, boolean is) {
        if (is) {
            paused.add(name);
        } else {
            paused.remove(name);
        }
    }

    List<String> next(String name, int most) {
        Plan p = plan(name);
        long first = (now.getEpochSecond() - p.offset) / p.everySeconds * p.everySeconds + p.offset + p.everySeconds;
        var times = new ArrayList<String>();
        for (int i = 0; i < most; i++) {
            times.add(Instant.ofEpochSecond(first + i * p.everySeconds).toString());
        }
        return times;
    }

    List<String> overlaps() {
        return List.of(
                "runs at once, a character a minute from 02:00 on (. none, + more than 9):",
                "  02:00 222222222222222222222222222222333333333333333333333333333333",
                "at most 3 at once",
                "",
                "better minutes:",
                "  invoice-run: \"15 */6 * * *\" → \"47 */6 * * *\"");
    }

    CronHistory runs(String name) {
        Plan p = plan(name);
        var attempts = new ArrayList<CronHistory.Attempt>();
        var random = new Random(name.hashCode());
        for (int i = 24; i > 0; i--) {
            Instant at = ago(p.everySeconds * i).truncatedTo(ChronoUnit.SECONDS);
            boolean failed = (i == 1 && !p.result.equals("success")) || i == 13;
            double took = p.took * (0.7 + random.nextDouble() * 0.6);
            attempts.add(new CronHistory.Attempt(
                    "run-" + i,
                    at.toString(),
                    i == 7 ? "by_hand" : i == 20 ? "catch_up" : "due",
                    1,
                    at.toString(),
                    at.plus(Duration.ofMillis((long) (took * 1000))).toString(),
                    failed ? "failed" : "success",
                    failed ? "exit" : "success",
                    failed ? "exit code 2: pg_dump: error: connection to server lost" : "",
                    failed ? 2 : 0,
                    null,
                    took,
                    took / 3,
                    140 * MIB,
                    900 * MIB,
                    512 * MIB,
                    1,
                    List.of("dumping shop", failed ? "pg_dump: error: connection to server lost" : "done, 512 MiB")));
        }
        return new CronHistory(attempts);
    }

    // ── queues ──

    void steer(String queue, JobsPort.Verb verb) {
        steered.put(
                queue,
                switch (verb) {
                    case PAUSE -> "paused";
                    case RESUME -> "open";
                    case DRAIN -> "drained";
                });
    }

    List<QueueReport> queues() {
        var details = new QueueReport.Details(
                List.of(),
                new TreeMap<>(Map.of("network", 31L, "timeout", 12L, "exit", 3L)),
                List.of(new QueueReport.Worker(
                        "worker-a", 8_123, 2, ago(86_400).toString(), ago(3).toString(), false)));
        return List.of(
                queue(
                        "thumbnails",
                        false,
                        4,
                        5000,
                        1840,
                        12,
                        4,
                        312.0,
                        412,
                        9,
                        46,
                        List.of("more than 1000 wait"),
                        details),
                queue("mail", true, 0, 0, 3, 1, 2, 0.8, 1_288, 1, 2, List.of(), details),
                queue("exports", false, 2, 100, 0, 0, 1, null, 4, 0, 0, List.of(), details));
    }

    private QueueReport queue(
            String name,
            boolean pull,
            int concurrency,
            int most,
            long waiting,
            long delayed,
            long running,
            @Nullable Double oldest,
            long succeeded,
            long failed,
            long kept,
            List<String> alerts,
            QueueReport.Details details) {
        return new QueueReport(
                name,
                steered.getOrDefault(name, "open"),
                pull,
                concurrency,
                most,
                waiting,
                delayed,
                running,
                oldest,
                3600,
                succeeded,
                failed,
                succeeded + failed,
                (double) failed / Math.max(1, succeeded + failed),
                kept,
                4,
                420 * MIB,
                alerts,
                details);
    }

    List<JobReport> jobs() {
        var jobs = new ArrayList<JobReport>();
        jobs.add(job("01JD-4F7A", "thumbnails", "running", 62.0, null, "", 1));
        jobs.add(job("01JD-4F79", "thumbnails", "running", 8.0, null, "", 2));
        jobs.add(job("01JD-4F78", "thumbnails", "queued", null, null, "waits for its turn", 0));
        jobs.add(job(
                "01JD-4F11",
                "thumbnails",
                "failed",
                null,
                "network",
                "connection to cdn.example.org reset by peer",
                5));
        jobs.add(job("01JD-4E02", "thumbnails", "succeeded", 100.0, null, "", 1));
        jobs.add(job("01JD-4D90", "mail", "failed", null, "timeout", "ended after 1m by its timeout", 3));
        jobs.add(job("01JD-4D71", "exports", "cancelled", null, null, "cancelled by anna", 1));
        return jobs;
    }

    private JobReport job(
            String id,
            String queue,
            String state,
            @Nullable Double progress,
            @Nullable String failure,
            String detail,
            int n) {
        var payload = new TreeMap<>(
                Map.of("url", "https://cdn.example.org/media/2026/11/harbour.jpg", "width", "1280", "owner", "42"));
        boolean over = !state.equals("queued") && !state.equals("running");
        var attempts = new ArrayList<JobReport.Attempt>();
        int ended = state.equals("running") ? n - 1 : n;
        for (int i = 1; i <= ended; i++) {
            boolean last = i == n;
            attempts.add(new JobReport.Attempt(
                    i,
                    "media-1",
                    ago(600 - i * 90L).toString(),
                    last && !over ? null : ago(560 - i * 90L).toString(),
                    last && failure == null ? null : "network",
                    last && failure == null ? "" : "connection to cdn.example.org reset by peer",
                    last && failure == null ? null : 7,
                    null,
                    3.2,
                    88 * MIB,
                    12 * MIB,
                    2 * MIB,
                    "fetching harbour.jpg\nscaling to 1280 pixels\n62 percent"));
        }
        return new JobReport(
                id,
                queue,
                state,
                payload,
                0,
                "owner-42",
                ago(720).toString(),
                null,
                over ? ago(30).toString() : null,
                n,
                n == 0 ? null : "media-1",
                failure,
                detail,
                progress,
                state.equals("running") ? "fetching harbour.jpg\nscaling to 1280 pixels\n62 percent" : null,
                attempts);
    }
}
