package dev.holdfast.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The arithmetic against systemd's own, for what both can say. */
class SystemdTest {
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final Pattern NEXT = Pattern.compile(
            "(?m)^ *(?:Next elapse|\\(in UTC\\)): \\w+ (\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) UTC");
    private static final List<String> ZONES =
            List.of("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo");
    private static final List<String> DAYS = List.of("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat");
    private static final int BASES = 12;
    private static final int EACH = 50;

    @Test
    void agreesWithSystemdAwayFromChangesOfTheClock() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(ANALYZE), "systemd-analyze is not here (Debian package systemd)");
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(Long.getLong("holdfast.seed", 1));
        int compared = 0;
        for (int b = 0; b < BASES; b++) {
            Instant base = Instant.ofEpochSecond(random.nextLong(1_600_000_000L, 1_900_000_000L));
            var expressions = new RandomExpressions(random);
            List<String> sample = java.util.stream.Stream.generate(expressions::plain)
                    .limit(EACH)
                    .toList();
            ZoneId zone = ZoneId.of(ZONES.get(b % ZONES.size()));
            List<Instant> theirs = systemd(sample, zone, base);
            for (int i = 0; i < EACH; i++) {
                Instant ours = Objects.requireNonNull(
                        CronExpression.parse(sample.get(i)).next(base, zone));
                var change = zone.getRules().nextTransition(base);
                if (change == null || ours.isBefore(change.getInstant())) {
                    compared++;
                    assertThat(ours)
                            .as(sample.get(i) + " in " + zone + " after " + base)
                            .isEqualTo(theirs.get(i));
                }
            }
        }
        assertThat(compared).isGreaterThan(BASES * EACH / 2);
    }

    private static List<Instant> systemd(List<String> expressions, ZoneId zone, Instant base)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                ANALYZE.toString(),
                "calendar",
                "--base-time="
                        + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'")
                                .withZone(ZoneOffset.UTC)
                                .format(base)));
        expressions.forEach(e -> command.add(said(e) + " " + zone));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TZ", "UTC");
        builder.environment().put("LC_ALL", "C");
        Process p = builder.start();
        p.getOutputStream().close();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor(1, TimeUnit.MINUTES)).isTrue();
        List<Instant> next = NEXT.matcher(out)
                .results()
                .map(m -> LocalDateTime.parse(m.group(1).replace(' ', 'T')).toInstant(ZoneOffset.UTC))
                .toList();
        assertThat(next).as(out).hasSameSizeAs(expressions);
        return next;
    }

    /** In systemd.time(7)'s words. */
    private static String said(String expression) {
        String[] f = expression.split(" ", -1);
        String weekday =
                f[4].equals("*") ? "" : weekdays(f[4]).stream().map(DAYS::get).collect(Collectors.joining(",")) + " ";
        return weekday + "*-" + values(f[3], 1) + "-" + values(f[2], 1) + " " + values(f[1], 0) + ":" + values(f[0], 0)
                + ":00";
    }

    private static String values(String field, int least) {
        return field.startsWith("*/") ? least + field.substring(1) : field.replace("-", "..");
    }

    private static List<Integer> weekdays(String field) {
        var days = new ArrayList<Integer>();
        for (int d = 0; d < 7; d++) {
            // 2026-01-04 was a Sunday.
            Instant noon = Instant.parse(String.format(Locale.ROOT, "2026-01-%02dT12:00:00Z", 4 + d));
            Instant due = CronExpression.parse("0 12 * * " + field).next(noon.minusSeconds(1), ZoneOffset.UTC);
            if (noon.equals(due)) {
                days.add(d);
            }
        }
        return days;
    }
}
