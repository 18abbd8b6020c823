package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a daemon may tell. */
final class Told {
    static final Instant NOW = Instant.parse("2026-05-04T10:00:00Z");

    private Told() {}

    static Status.Replica replica(
            String process,
            int index,
            int of,
            String state,
            double cpu,
            long memory,
            @Nullable Long limit,
            String detail) {
        boolean runs = state.equals("up");
        return new Status.Replica(
                process,
                index,
                of == 1 ? process : process + "/" + index,
                state,
                true,
                runs ? 1000 + index : null,
                "2026-05-04T09:00:00Z",
                3600,
                index,
                "",
                detail,
                runs ? cpu : null,
                null,
                runs ? 12.0 : null,
                runs ? memory : null,
                null,
                limit,
                runs ? 3L : null,
                null,
                "/log/" + process + "." + index + ".log",
                null,
                null,
                false);
    }

    static Status status(List<Status.Replica> replicas) {
        return new Status(
                "0.1.0",
                42,
                "2026-05-04T08:00:00Z",
                "/etc/holdfast.yaml",
                List.of(),
                replicas,
                List.of(new Status.Schedule(
                        "backup",
                        "0 3 * * *",
                        "idle",
                        "2026-05-05T03:00:00Z",
                        0,
                        null,
                        1,
                        null,
                        null,
                        null,
                        null,
                        "/b")),
                List.of(new Status.Queue("films", 2, 4, false, true, null, "/f")),
                List.of(),
                List.of());
    }

    static Seen seen(Status.Replica... replicas) {
        Status status = status(List.of(replicas));
        return new Seen(
                status,
                new HealthReport(
                        "warning",
                        List.of(new HealthReport.Item("host", "memory", "warning", "81%", "above 80%", null)),
                        List.of()),
                NOW,
                null,
                null,
                List.of(),
                Top.past(Map.of(), status));
    }
}
