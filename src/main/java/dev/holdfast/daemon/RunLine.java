package dev.holdfast.daemon;

import dev.holdfast.schedule.Action;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the history of schedules: an attempt, or a due time that was left out.
 *
 * @param started null: it was left out
 * @param cpuSeconds of the leader and the children it waited for; null: unknown
 * @param peakBytes largest resident set of any one of them; null: unknown
 * @param times how many due times were left out for the same reason
 */
record RunLine(
        String run,
        String schedule,
        String due,
        String cause,
        int attempt,
        String result,
        boolean last,
        String detail,
        @Nullable String started,
        @Nullable String ended,
        @Nullable Double cpuSeconds,
        @Nullable Long peakBytes,
        int times) {
    static RunLine of(Action.Ended e) {
        var usage = e.usage();
        return new RunLine(
                e.run().id(),
                e.run().schedule(),
                e.run().due().toString(),
                e.run().cause().name(),
                e.run().attempt(),
                e.result().written(),
                e.last(),
                e.detail(),
                e.started().toString(),
                e.ended().toString(),
                usage == null ? null : (Double) (usage.cpu().toMillis() / 1000.0),
                usage == null ? null : usage.maxRssBytes(),
                1);
    }

    static RunLine of(Action.LeftOut l) {
        return new RunLine(
                l.run().id(),
                l.run().schedule(),
                l.run().due().toString(),
                l.run().cause().name(),
                l.run().attempt(),
                l.result().written(),
                true,
                l.why(),
                null,
                null,
                null,
                null,
                l.times());
    }

    /** For the file. */
    Map<String, Object> values() {
        var values = new LinkedHashMap<String, Object>();
        values.put("run", run);
        values.put("schedule", schedule);
        values.put("due", due);
        values.put("cause", cause);
        values.put("attempt", attempt);
        values.put("result", result);
        values.put("last", last);
        values.put("detail", detail);
        put(values, "started", started);
        put(values, "ended", ended);
        put(values, "cpuSeconds", cpuSeconds);
        put(values, "peakBytes", peakBytes);
        values.put("times", times);
        return values;
    }

    private static void put(Map<String, Object> values, String key, @Nullable Object value) {
        if (value != null) {
            values.put(key, value);
        }
    }

    /** As the file has it; null when a later version wrote it otherwise. */
    static @Nullable RunLine of(Map<String, Object> m) {
        return m.get("run") instanceof String run
                        && m.get("schedule") instanceof String schedule
                        && m.get("due") instanceof String due
                        && m.get("cause") instanceof String cause
                        && m.get("attempt") instanceof Number attempt
                        && m.get("result") instanceof String result
                ? new RunLine(
                        run,
                        schedule,
                        due,
                        cause,
                        attempt.intValue(),
                        result,
                        Boolean.TRUE.equals(m.get("last")),
                        m.get("detail") instanceof String detail ? detail : "",
                        m.get("started") instanceof String started ? started : null,
                        m.get("ended") instanceof String ended ? ended : null,
                        m.get("cpuSeconds") instanceof Number cpu ? (Double) cpu.doubleValue() : null,
                        m.get("peakBytes") instanceof Number peak ? (Long) peak.longValue() : null,
                        m.get("times") instanceof Number times ? times.intValue() : 1)
                : null;
    }

    /** Null when it did not run. */
    @Nullable
    Duration took() {
        try {
            return started == null || ended == null
                    ? null
                    : Duration.between(Instant.parse(started), Instant.parse(ended));
        } catch (DateTimeParseException damaged) {
            return null;
        }
    }
}
