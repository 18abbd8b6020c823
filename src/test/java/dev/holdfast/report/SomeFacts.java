package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A week of a host on which most things went wrong; the same each time. */
public final class SomeFacts {
    static final Instant UNTIL = Instant.parse("2026-08-03T06:00:00Z");
    static final Instant FROM = UNTIL.minus(Duration.ofDays(7));
    static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    static final int STEP = 900;
    static final int WEEK = 672;
    static final double MIB = 1 << 20;

    private SomeFacts() {}

    static Line line(IntToDoubleFunction value) {
        var values = new float[WEEK];
        for (int i = 0; i < WEEK; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return new Line(UNTIL, STEP, values);
    }

    private static double day(int i) {
        return Math.max(0, Math.sin((i % 96 - 28) * 2 * Math.PI / 96));
    }

    /** @param name such as web/1 */
    static Facts.Replica replica(
            String process, String name, IntToDoubleFunction memory, @Nullable Double cpu, @Nullable Long limit) {
        return new Facts.Replica(
                process,
                name,
                line(i -> 0.1 + 0.2 * day(i)),
                line(i -> 0.2 + 0.3 * day(i)),
                line(memory),
                cpu,
                limit,
                List.of());
    }

    static Facts.Task task(Instant began, double seconds, String failure, @Nullable Long peak) {
        return new Facts.Task(
                began,
                began.plusMillis((long) (seconds * 1000)),
                failure,
                failure.isEmpty() ? "" : "ended by " + failure,
                seconds * 0.4,
                peak);
    }

    static Facts.Work work(
            Facts.Kind kind, String name, List<Facts.Task> tasks, @Nullable Long memory, Duration timeout) {
        return new Facts.Work(
                kind,
                name,
                null,
                memory,
                timeout,
                tasks,
                kind == Facts.Kind.SCHEDULE ? 3 : 0,
                0,
                kind == Facts.Kind.QUEUE ? 41 : 0);
    }

    /** @param evil in all that has a name, or says anything */
    public static Facts full(String evil) {
        var r = new Random(1);
        var segments = new ArrayList<Facts.Task>();
        var emails = new ArrayList<Facts.Task>();
        for (Instant at = FROM; at.isBefore(UNTIL); at = at.plusSeconds(900)) {
            segments.add(task(at, 100 + r.nextInt(60), r.nextInt(50) == 0 ? "timeout" : "", (long) (90 * MIB)));
            emails.add(task(at, 20 + r.nextInt(10), r.nextInt(60) == 0 ? "oom" : "", (long) (250 * MIB)));
        }
        return new Facts(
                "web-1" + evil,
                FROM,
                UNTIL,
                ZONE,
                4,
                (long) (8192 * MIB),
                true,
                line(i -> 0.6 + 1.2 * day(i)),
                line(i -> 1.2 + 2.4 * day(i)),
                line(i -> (3000 + 1500 * day(i)) * MIB),
                List.of(
                        replica("php-fpm", "php-fpm" + evil, i -> (300 + 20 * day(i)) * MIB, 1.0, (long) (1024 * MIB)),
                        replica("n8n", "n8n", i -> (250 + 0.75 * i) * MIB, null, (long) (1536 * MIB)),
                        replica("mail", "mail/0", i -> (i % 40 == 0 ? 255 : 120) * MIB, 0.5, (long) (256 * MIB)),
                        replica("mail", "mail/1", i -> 110 * MIB, 0.5, (long) (256 * MIB))),
                List.of(
                        work(
                                Facts.Kind.SCHEDULE,
                                "segments" + evil,
                                segments,
                                (long) (512 * MIB),
                                Duration.ofMinutes(5)),
                        work(Facts.Kind.SCHEDULE, "emails", emails, (long) (256 * MIB), Duration.ofMinutes(5)),
                        work(
                                Facts.Kind.QUEUE,
                                "thumbnails",
                                emails.subList(0, 200),
                                (long) (1024 * MIB),
                                Duration.ofMinutes(30))),
                List.of(
                        new Facts.Happening(
                                UNTIL.minusSeconds(90_000),
                                "mail/0",
                                Facts.Reason.OOM,
                                true,
                                "was killed by its own memory limit (256Mi) after 3h12m" + evil),
                        new Facts.Happening(UNTIL.minusSeconds(89_990), "mail/0", Facts.Reason.RESTART, "restarted"),
                        new Facts.Happening(
                                UNTIL.minusSeconds(50_000),
                                "pid 4711 of www-data",
                                Facts.Reason.GUARD,
                                "rule mautic-runaway: cpu > 80% for 2m: 97.3%: kill with TERM: php bin/console"
                                        + evil)),
                List.of(
                        new Facts.Disk("/", line(i -> (20_000 + 10 * day(i)) * MIB), (long) (40_000 * MIB)),
                        new Facts.Disk("/var" + evil, line(i -> (60_000 + 30 * i) * MIB), (long) (100_000 * MIB))),
                List.of(new UsageReport.Together("02:00", List.of("emails", "segments" + evil))),
                List.of(new UsageReport.Moved("emails", "*/15 * * * *", "7-59/15 * * * *")),
                List.of("of queue thumbnails only the latest 200 attempts count" + evil));
    }
}
