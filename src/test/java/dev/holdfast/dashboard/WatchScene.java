package dev.holdfast.dashboard;

import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertList;
import dev.holdfast.api.GuardReport;
import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.api.HistoryReport;
import dev.holdfast.api.Why;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What was seen, told and done on that day. Thread-safe. */
final class WatchScene {
    private static final long MIB = 1L << 20;

    private final Instant now;
    private final List<AlertList.Quiet> silences = new ArrayList<>();

    WatchScene(Instant now) {
        this.now = now;
    }

    private Instant ago(long seconds) {
        return now.minusSeconds(seconds);
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
