package dev.holdfast.ledger;

import dev.holdfast.event.Kill;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import dev.holdfast.schedule.Action;
import dev.holdfast.schedule.Result;
import dev.holdfast.store.Attempt;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What schedules decide, as the history has it; and that as a line of a file, until the store has it. */
public final class RunLine {
    private RunLine() {}

    public static Attempt of(Action.Ended e) {
        Usage usage = e.usage();
        Kill kill = usage == null ? null : usage.kill();
        Outcome outcome = e.outcome();
        return new Attempt(
                e.run().id(),
                e.run().attempt(),
                e.run().schedule(),
                e.run().due(),
                e.run().cause().name().toLowerCase(Locale.ROOT),
                e.result().written(),
                resultClass(e.result(), outcome, kill),
                e.last(),
                e.detail(),
                e.started(),
                e.ended(),
                new Attempt.Ending(
                        outcome instanceof Outcome.Exited(int code) ? (Integer) code : null,
                        outcome instanceof Outcome.Signalled(int signal, var _) ? (Integer) signal : null,
                        usage == null ? null : (Double) (usage.cpu().toMillis() / 1000.0),
                        usage == null ? null : usage.maxRssBytes(),
                        usage == null ? null : usage.readBytes(),
                        usage == null ? null : usage.writtenBytes()),
                1,
                null);
    }

    private static String resultClass(Result result, @Nullable Outcome outcome, @Nullable Kill kill) {
        if (result != Result.FAILED) {
            return result.written();
        }
        boolean oom = kill != null
                && switch (kill.by()) {
                    case OWN_LIMIT, HOST, WATCHED_MEMORY -> true;
                    case INNER_LIMIT, WATCHED_PIDS, HOLDFAST -> false;
                };
        return switch (outcome) {
            case Outcome.Signalled _ -> oom ? "oom" : "signal";
            case Outcome.Exited _ -> oom ? "oom" : "exit";
            case Outcome.Unknown _ -> "spawn";
            case null -> "spawn";
        };
    }

    public static Attempt of(Action.LeftOut l) {
        return new Attempt(
                l.run().id(),
                l.run().attempt(),
                l.run().schedule(),
                l.run().due(),
                l.run().cause().name().toLowerCase(Locale.ROOT),
                l.result().written(),
                l.result().written(),
                true,
                l.why(),
                null,
                null,
                Attempt.Ending.UNKNOWN,
                l.times(),
                null);
    }

    /** For the file. */
    static Map<String, Object> values(Attempt a) {
        var values = new LinkedHashMap<String, Object>();
        values.put("run", a.run());
        values.put("schedule", a.schedule());
        values.put("due", a.due().toString());
        values.put("cause", a.cause());
        values.put("attempt", a.attempt());
        values.put("result", a.result());
        values.put("class", a.resultClass());
        values.put("last", a.last());
        values.put("detail", a.detail());
        put(values, "started", a.started() == null ? null : a.started().toString());
        put(values, "ended", a.ended() == null ? null : a.ended().toString());
        put(values, "exitCode", a.ending().exitCode());
        put(values, "signal", a.ending().signal());
        put(values, "cpuSeconds", a.ending().cpuSeconds());
        put(values, "peakBytes", a.ending().peakBytes());
        put(values, "readBytes", a.ending().readBytes());
        put(values, "writtenBytes", a.ending().writtenBytes());
        values.put("times", a.times());
        return values;
    }

    private static void put(Map<String, Object> values, String key, @Nullable Object value) {
        if (value != null) {
            values.put(key, value);
        }
    }

    /** As the file has it; null when it is torn, or a later version wrote it otherwise. */
    public static @Nullable Attempt of(Map<String, Object> m) {
        try {
            return m.get("run") instanceof String run
                            && m.get("schedule") instanceof String schedule
                            && m.get("due") instanceof String due
                            && m.get("cause") instanceof String cause
                            && m.get("attempt") instanceof Number attempt
                            && m.get("result") instanceof String result
                    ? new Attempt(
                            run,
                            attempt.intValue(),
                            schedule,
                            Instant.parse(due),
                            cause.toLowerCase(Locale.ROOT), // versions before the store wrote it in capitals
                            result,
                            m.get("class") instanceof String c ? c : result,
                            Boolean.TRUE.equals(m.get("last")),
                            m.get("detail") instanceof String detail ? detail : "",
                            m.get("started") instanceof String started ? Instant.parse(started) : null,
                            m.get("ended") instanceof String ended ? Instant.parse(ended) : null,
                            new Attempt.Ending(
                                    m.get("exitCode") instanceof Number code ? (Integer) code.intValue() : null,
                                    m.get("signal") instanceof Number signal ? (Integer) signal.intValue() : null,
                                    m.get("cpuSeconds") instanceof Number cpu ? (Double) cpu.doubleValue() : null,
                                    number(m.get("peakBytes")),
                                    number(m.get("readBytes")),
                                    number(m.get("writtenBytes"))),
                            m.get("times") instanceof Number times ? times.intValue() : 1,
                            null)
                    : null;
        } catch (DateTimeException damaged) {
            return null;
        }
    }

    private static @Nullable Long number(@Nullable Object value) {
        return value instanceof Number n ? (Long) n.longValue() : null;
    }
}
