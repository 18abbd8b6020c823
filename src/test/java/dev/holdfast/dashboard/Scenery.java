package dev.holdfast.dashboard;

import dev.holdfast.api.ControlPort;
import dev.holdfast.api.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Processes as one might find them on a working day: made of the API's own records. Thread-safe. */
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
    private int looks;

    Scenery(Instant now) {
        this.now = now;
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
}
