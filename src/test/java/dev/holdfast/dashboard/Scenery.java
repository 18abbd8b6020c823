package dev.holdfast.dashboard;

import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertList;
import dev.holdfast.api.ControlPort;
import dev.holdfast.api.CronHistory;
import dev.holdfast.api.CronList;
import dev.holdfast.api.FindingList;
import dev.holdfast.api.GuardReport;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.api.JobReport;
import dev.holdfast.api.JobsPort;
import dev.holdfast.api.QueueReport;
import dev.holdfast.api.Status;
import dev.holdfast.api.Why;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A host as one might find it on a working day: made of the API's own records. Thread-safe. */
final class Scenery {
    static final String YAML = """
        web:
          command: [/usr/bin/gunicorn, --bind, "127.0.0.1:8000", shop.wsgi]
          user: www-data
          replicas: 3
          restart: { policy: always, delay: 1s, max_delay: 1m, limit: 10 per 10m }
          resources:
            limits: { cpu: 1, memory: 512Mi, pids: 64 }
          health: { http: { url: "http://127.0.0.1:8000/health" }, every: 10s, timeout: 2s }
          env:
            DATABASE_URL: (withheld)
          stop: { signal: TERM, timeout: 10s }
        """;

    private static final long MIB = 1L << 20;

    private final Instant now;
    private final List<Status.Replica> replicas = new ArrayList<>();
    private final Set<String> paused = ConcurrentHashMap.newKeySet();
    private final Map<String, String> steered = new ConcurrentHashMap<>();
    private final List<AlertList.Quiet> silences = new ArrayList<>();
    private int looks;

    Scenery(Instant now) {
        this.now = now;
        paused.add("import-prices");
        usual();
    }

    private Instant ago(long seconds) {
        return now.minusSeconds(seconds);
    }

    private Status.Replica replica(
            String process, int index, String name, String state, double cpu, long mib, long limitMib, long seconds) {
        boolean runs = Set.of("up", "unhealthy", "starting", "stopping").contains(state);
        boolean wanted = !state.equals("down") && !state.equals("completed");
        return new Status.Replica(
                process,
                index,
                name,
                state,
                wanted,
                runs ? 4000 + replicas.size() * 7 : null,
                ago(seconds).toString(),
                seconds,
                state.equals("backoff") ? 6 : state.equals("failed") ? 10 : index == 1 ? 1 : 0,
                runs && process.equals("web") ? state.equals("unhealthy") ? "unhealthy" : "healthy" : "",
                switch (state) {
                    case "failed" -> "given up after 10 failures within 10m: exited with 78";
                    case "backoff" -> "again in 12s; exited with 1 after 0.4s";
                    case "unhealthy" -> "http: 503 Service Unavailable, 4 times in a row";
                    case "waiting" -> "waits for database";
                    case "completed" -> "exited with 0 after 3.1s";
                    case "down" -> "stopped by anna";
                    default -> "";
                },
                runs ? cpu : null,
                limitMib > 0 ? 1.0 : null,
                runs ? 4711.0 : null,
                runs ? mib * MIB : null,
                runs ? (mib + 31) * MIB : null,
                limitMib > 0 ? limitMib * MIB : null,
                runs ? 5L + index : null,
                limitMib > 0 ? 64 : null,
                "/var/log/holdfast/" + process + "." + index + ".log",
                limitMib > 0 ? "kernel" : null,
                null,
                false);
    }

    private void add(
            String process, int index, boolean single, String state, double cpu, long mib, long limit, long s) {
        replicas.add(replica(process, index, single ? process : process + "/" + index, state, cpu, mib, limit, s));
    }

    private void usual() {
        add("database", 0, true, "up", 12.4, 1830, 4096, 1_234_567);
        add("web", 0, false, "up", 34.2, 301, 512, 86_432);
        add("web", 1, false, "up", 71.8, 447, 512, 86_431);
        add("web", 2, false, "unhealthy", 96.3, 503, 512, 640);
        add("worker", 0, false, "up", 48.0, 212, 1024, 86_430);
        add("worker", 1, false, "up", 51.6, 208, 1024, 86_430);
        add("worker", 2, false, "up", 3.2, 190, 1024, 4_211);
        add("worker", 3, false, "starting", 88.0, 42, 1024, 2);
        add("cache", 0, true, "up", 0.7, 96, 256, 1_234_560);
        add("search", 0, true, "backoff", 0, 0, 2048, 3);
        add("mailer", 0, true, "failed", 0, 0, 256, 5_400);
        add("metrics", 0, true, "up", 0.3, 24, 0, 1_234_555);
        add("proxy", 0, true, "up", 5.1, 61, 256, 1_234_566);
        add("reports", 0, true, "waiting", 0, 0, 512, 41);
        add("migrate", 0, true, "completed", 0, 0, 0, 86_440);
        add("legacy-sync", 0, true, "down", 0, 0, 128, 604_800);
    }

    /** As many as that in place of the usual ones. */
    synchronized void crowd(int many) {
        replicas.clear();
        var random = new Random(7);
        for (int i = 0; i < many; i++) {
            String state = i % 97 == 5 ? "failed" : i % 61 == 7 ? "backoff" : i % 41 == 3 ? "down" : "up";
            add(
                    "service-%04d".formatted(i),
                    0,
                    true,
                    state,
                    random.nextDouble() * 90,
                    20 + random.nextInt(400),
                    512,
                    random.nextInt(900_000));
        }
    }

    /** One more, under a name that somebody chose with care. */
    synchronized void named(String name, String detail) {
        Status.Replica r = replica(name, 0, name, "backoff", 0, 0, 64, 5);
        replicas.add(new Status.Replica(
                r.process(),
                0,
                name,
                r.state(),
                true,
                null,
                r.since(),
                5,
                3,
                "<b>sick</b>",
                detail,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                r.log(),
                null,
                "<i>weaker</i>",
                false));
    }

    synchronized void act(ControlPort.Verb verb, String name, @Nullable Integer many) {
        if (verb == ControlPort.Verb.SCALE && many != null) {
            replicas.removeIf(r -> r.process().equals(name) && r.index() >= many);
            int have = (int)
                    replicas.stream().filter(r -> r.process().equals(name)).count();
            for (int i = have; i < many; i++) {
                add(name, i, false, "up", 1, 40, 512, 1);
            }
            return;
        }
        if (verb == ControlPort.Verb.SIGNAL) {
            return;
        }
        String state = verb == ControlPort.Verb.STOP ? "down" : "up";
        replicas.replaceAll(
                r -> isMeant(r, name) ? replica(r.process(), r.index(), r.name(), state, 2, 64, 512, 1) : r);
    }

    /** By its name, that of its process, or its number. */
    static boolean isMeant(Status.Replica r, String name) {
        return r.name().equals(name) || r.process().equals(name) || (r.process() + "/" + r.index()).equals(name);
    }

    synchronized Status status() {
        looks++;
        var moving = new ArrayList<Status.Replica>();
        for (Status.Replica r : replicas) {
            moving.add(r.cpuPercent() == null ? r : moved(r));
        }
        return new Status(
                "1.0.0",
                812,
                ago(1_234_570).toString(),
                "/etc/holdfast/holdfast.yaml",
                List.of("swap is not limited: this kernel was started without swap accounting"),
                moving,
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private Status.Replica moved(Status.Replica r) {
        double wave =
                1 + 0.18 * Math.sin(looks * 0.9 + r.index() * 2 + r.process().length());
        return new Status.Replica(
                r.process(),
                r.index(),
                r.name(),
                r.state(),
                r.wanted(),
                r.pid(),
                r.since(),
                r.seconds(),
                r.restarts(),
                r.health(),
                r.detail(),
                r.cpuPercent() == null ? null : Math.round(r.cpuPercent() * wave * 10) / 10.0,
                r.cpuLimit(),
                r.cpuSeconds(),
                r.memoryBytes(),
                r.memoryPeakBytes(),
                r.memoryLimitBytes(),
                r.pids(),
                r.pidsLimit(),
                r.log(),
                r.enforcedBy(),
                r.weaker(),
                r.absent());
    }

    HealthReport health() {
        return new HealthReport(
                HealthReport.CRITICAL,
                List.of(
                        new Item("host", "cpu", "ok", "42%", "", null, "> 80%", "> 90%"),
                        new Item(
                                "host",
                                "memory",
                                "warning",
                                "78% (12.5 GiB of 16 GiB)",
                                "78% > 75%",
                                ago(900).toString(),
                                "> 75%",
                                "> 85%"),
                        new Item("host", "load", "ok", "3.1 of 8", "", null, "> 8", null),
                        new Item(
                                "host",
                                "disk /",
                                "ok",
                                "61% (293 GiB of 480 GiB)",
                                "",
                                null,
                                "free < 15%",
                                "free < 10%"),
                        new Item(
                                "host",
                                "disk /var/lib",
                                "critical",
                                "93% (893 GiB of 960 GiB)",
                                "free < 10%",
                                ago(7200).toString(),
                                "free < 15%",
                                "free < 10%"),
                        new Item("host", "open_files", "ok", "18240 of 1.6 million", "", null),
                        new Item(
                                "probe",
                                "website",
                                "warning",
                                "up, latency 812ms",
                                "latency > 500ms",
                                ago(130).toString()),
                        new Item(
                                "process",
                                "mailer",
                                "critical",
                                "failed",
                                "given up after 10 failures within 10m: exited with 78",
                                null),
                        new Item(
                                "process",
                                "web/2",
                                "critical",
                                "unhealthy",
                                "http: 503 Service Unavailable, 4 times in a row",
                                null),
                        new Item(
                                "process",
                                "search",
                                "warning",
                                "backoff",
                                "again in 12s; exited with 1 after 0.4s",
                                null),
                        new Item("schedule", "backup-database", "warning", "failed", "the last run failed", null),
                        new Item(
                                "queue",
                                "thumbnails",
                                "warning",
                                "1840 waiting, 4 running",
                                "more than 1000 wait",
                                null)),
                List.of("cleanup temp runs, because memory is above 75%"));
    }

    Why why(String name) {
        return new Why(
                List.of(new Why.Replica(
                        name,
                        "It is up for 10m 40s, and unhealthy: http: 503 Service Unavailable.",
                        "It uses 0.96 of 1 core and 503 MiB of 512 MiB, kept by the kernel.",
                        List.of(
                                new Why.End(
                                        ago(640).toString(),
                                        "killed by SIGKILL",
                                        "the kernel: its memory limit of 512 MiB was reached",
                                        81_213.4,
                                        8_121.2,
                                        512 * MIB,
                                        List.of(
                                                "INFO  request /checkout 200 812ms",
                                                "WARN  worker pool exhausted, 64 waiting",
                                                "INFO  request /checkout 503 30001ms")),
                                new Why.End(
                                        ago(82_000).toString(),
                                        "exited with 0",
                                        "anna asked for a restart",
                                        432_000,
                                        38_212.0,
                                        388 * MIB,
                                        List.of())),
                        List.of(
                                new Why.Happening(ago(82_000).toString(), "restart asked for by anna"),
                                new Why.Happening(ago(640).toString(), "killed: memory limit"),
                                new Why.Happening(ago(638).toString(), "started, pid 4014")),
                        false,
                        List.of())),
                null);
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
        for (int i = 1; i <= n; i++) {
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
                attempts);
    }

    // ── alerts, guard, events, logs ──

    synchronized AlertList alerts() {
        return new AlertList(
                List.of(
                        one("process/mailer/0/given-up", "critical", "mailer is given up", 1, 5_400, null),
                        one("host/disk:/var/lib", "critical", "disk /var/lib: 93% used", 1, 7_200, null),
                        one("queue/thumbnails", "warning", "thumbnails: more than 1000 wait", 3, 1_900, null)),
                List.of(one("process/web/1/memory", "warning", "web/1 is at 90% of its memory", 2, 9_000, 8_400L)),
                List.of(new AlertList.Message(
                        "m-1",
                        "chat",
                        ago(300).toString(),
                        4,
                        "HTTP 503 from hooks.example.org",
                        List.of("mailer is given up"))),
                List.copyOf(silences));
    }

    private AlertList.One one(String key, String severity, String title, int times, long began, @Nullable Long ended) {
        boolean quiet = silences.stream().anyMatch(s -> s.pattern().equals(key));
        return new AlertList.One(
                key,
                severity,
                title,
                times,
                ago(began).toString(),
                ended == null ? null : ago(ended).toString(),
                quiet,
                List.of("ops", "chat"));
    }

    synchronized AlertList silence(AlertHush hush) {
        silences.add(new AlertList.Quiet(
                hush.pattern(), Instant.now().plusSeconds(hush.seconds()).toString(), hush.reason(), "anna"));
        return alerts();
    }

    synchronized AlertList unsilence(String pattern) {
        silences.removeIf(s -> s.pattern().equals(pattern));
        return alerts();
    }

    GuardReport guard() {
        return new GuardReport(
                "10s",
                false,
                List.of(
                        new GuardReport.Rule(
                                "runaway-convert",
                                "name convert, cpu > 80% for 2m",
                                "kill with all that descends from it, by TERM, after 15s by KILL",
                                List.of(
                                        match(
                                                20_411,
                                                "convert -resize 4000x in.tiff out.png",
                                                97.3,
                                                812,
                                                184,
                                                true,
                                                null),
                                        match(20_502, "convert -thumbnail 200x a.jpg b.jpg", 41.0, 90, 6, false, null),
                                        match(
                                                1_207,
                                                "convert --daemon",
                                                88.1,
                                                64,
                                                86_400,
                                                true,
                                                "it is named under protect")),
                                List.of()),
                        new GuardReport.Rule(
                                "stale-php",
                                "name php*, older than 2h, memory > 1Gi",
                                "alert",
                                List.of(),
                                List.of("3 of at most 20 processes"))),
                List.of(
                        deed("fired", 3_600, "kill with TERM", List.of("cpu 97.1%", "cpu 99.0%", "cpu 98.9%")),
                        deed("ended", 3_598, "ended by SIGTERM after 1.8s", List.of())));
    }

    FindingList findings() {
        String pool = "/etc/php/8.3/fpm/pool.d/www.conf";
        var limit = new FindingList.Place(pool, 412);
        return new FindingList(
                ago(3_600).toString(),
                0.4,
                86_400.0,
                "This host can be killed by its own configuration: 160.1GiB may be claimed of 16.0GiB of memory, and nothing"
                        + " bounds redis.",
                List.of(
                        new FindingList.Entry(
                                "php-fpm-overcommit",
                                "critical",
                                List.of(limit),
                                "",
                                "20 children of PHP-FPM may take 160.0GiB, and this host has 13.1GiB left for them",
                                List.of("pool www: 20 children × 8.0GiB = 160.0GiB", "left for PHP-FPM: 13.1GiB"),
                                "When requests need what they are allowed to, memory ends before any limit does.",
                                "set memory_limit to 704M, and keep all children",
                                List.of(new FindingList.Change(
                                        pool,
                                        412,
                                        List.of("php_admin_value[memory_limit] = 8G"),
                                        List.of("php_admin_value[memory_limit] = 704M"))),
                                List.of("/usr/sbin/php-fpm8.3", "-t")),
                        new FindingList.Entry(
                                "php-fpm-max-requests",
                                "note",
                                List.of(),
                                "www",
                                "pool www: children are never renewed: pm.max_requests is not set",
                                List.of(),
                                "Memory that an extension leaks is never given back.",
                                "set pm.max_requests to 1000",
                                List.of(),
                                List.of())),
                new FindingList.Total(
                        16L << 30,
                        0L,
                        160L << 30,
                        2L << 30,
                        1L << 30,
                        3L << 30,
                        true,
                        List.of("redis"),
                        List.of(
                                new FindingList.Claim("redis", null, 1L << 28, null, "no maxmemory", List.of()),
                                new FindingList.Claim(
                                        "php-fpm pool www",
                                        160L << 30,
                                        2L << 30,
                                        1L << 30,
                                        "20 children × 8.0GiB",
                                        List.of(limit)))),
                List.of(
                        new FindingList.Program("php-fpm", List.of(pool, "/etc/php/8.3/fpm/php.ini")),
                        new FindingList.Program("redis", List.of("/etc/redis/redis.conf"))));
    }

    private static GuardReport.Match match(
            int pid, String command, double cpu, long mib, long seconds, boolean due, @Nullable String protection) {
        return new GuardReport.Match(
                pid,
                "convert",
                "www-data",
                command,
                cpu,
                mib * MIB,
                seconds,
                due,
                protection,
                List.of("cpu " + cpu + "% for " + Math.min(seconds, 120) + "s"));
    }

    private GuardReport.Happening deed(String kind, long ago, String deed, List<String> evidence) {
        return new GuardReport.Happening(
                ago(ago).toString(),
                kind,
                "runaway-convert",
                19_871L,
                "www-data",
                "convert -resize 8000x8000 scan.tiff out.png",
                "cpu > 80% for 2m: 98.9%",
                deed,
                evidence,
                false);
    }

    List<Map<String, Object>> events() {
        return List.of(
                event(
                        "Started",
                        86_432,
                        "web/0",
                        Map.of("instance", "i1", "leader", Map.of("pid", 4007, "startTicks", 1))),
                event("GivenUp", 5_400, "mailer/0", Map.of("why", "10 failures within 10m")),
                event(
                        "Exited",
                        640,
                        "web/2",
                        Map.of(
                                "outcome",
                                Map.of("event", "Signalled", "signal", 9, "coreDumped", false),
                                "uptime",
                                81_213.4,
                                "why",
                                "its memory limit was reached")),
                event("Restarting", 639, "web/2", Map.of("delay", 1.0, "failure", true)),
                event(
                        "Started",
                        638,
                        "web/2",
                        Map.of("instance", "i3", "leader", Map.of("pid", 4021, "startTicks", 2))),
                event("Unhealthy", 130, "web/2", Map.of("detail", "http: 503 Service Unavailable")),
                event(
                        "Exited",
                        3,
                        "search/0",
                        Map.of(
                                "outcome",
                                Map.of("event", "Exited", "code", 1),
                                "uptime",
                                0.4,
                                "why",
                                "it ended by itself, after INT sent by anna who had asked")),
                event("Restarting", 3, "search/0", Map.of("delay", 15.0, "failure", true)));
    }

    private Map<String, Object> event(String event, long ago, String replica, Map<String, Object> more) {
        var e = new LinkedHashMap<String, Object>();
        e.put("event", event);
        e.put("at", ago(ago).toString());
        e.put("replica", replica);
        e.putAll(more);
        return e;
    }

    List<List<String>> lines() {
        var lines = new ArrayList<List<String>>();
        for (int i = 0; i < 60; i++) {
            lines.add(
                    i % 17 == 9
                            ? List.of(
                                    "stderr",
                                    "ERROR upstream timed out (110: Connection timed out) while reading response,"
                                            + " order "
                                            + (5000 + i))
                            : List.of(
                                    "stdout",
                                    "GET /products/" + (100 + i * 7) + " 200 in " + (8 + i % 23) + " ms \u001b[2m[req-"
                                            + (90210 + i) + "]\u001b[0m"));
        }
        return lines;
    }

    HistoryReport history(String of, String metric, String span) {
        boolean memory = metric.equals("memory");
        boolean host = of.equals("host");
        int step = span.equals("30d") ? 900 : span.equals("24h") ? 60 : 5;
        int many = span.equals("30d") ? 2880 : span.equals("24h") ? 1440 : 720;
        double most = memory ? host ? 16_384 * MIB : 512 * MIB : host ? 8 : 1;
        var values = new ArrayList<@Nullable Double>();
        var random = new Random((of + metric + span).hashCode());
        double share = host ? memory ? 0.74 : 0.4 : 0.35;
        for (int i = 0; i < many; i++) {
            share = Math.clamp(share + (random.nextDouble() - 0.5) * (memory ? 0.004 : 0.05), 0.04, 0.86);
            double leak = memory && !host ? i % 300 * 0.0012 : 0;
            values.add(i > 100 && i < 118 && !host ? null : most * Math.min(0.98, share + leak));
        }
        return new HistoryReport(
                of, metric, memory ? "bytes" : "cores", step, Instant.now().toString(), values, most);
    }
}
