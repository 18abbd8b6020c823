package dev.holdfast.ledger;

import dev.holdfast.event.Journal;
import dev.holdfast.job.Attempt;
import dev.holdfast.job.Hold;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends of attempts that the store could not take, in a file that outlives the daemon: the next one tells them. The loop's
 * thread's own.
 */
public final class UnkeptEnds implements AutoCloseable {
    private final Journal file;
    private final Consumer<String> say;
    private boolean any;

    /** An end, as it is to be told. */
    record End(Hold hold, @Nullable Attempt attempt, Next next) {}

    public UnkeptEnds(Path state, Consumer<String> say) {
        this.file = new Journal(state.resolve("jobs.jsonl"));
        this.say = say;
    }

    void add(End end) {
        try {
            file.append(values(end));
            any = true;
        } catch (IOException e) {
            say.accept("the end of job " + end.hold().job() + " would not outlive this daemon: " + e.getMessage());
        }
    }

    /** Of earlier daemons, oldest first. */
    List<End> read() {
        var ends = new ArrayList<End>();
        try {
            file.read(line -> {
                End end = of(line);
                if (end != null) {
                    ends.add(end);
                }
            });
        } catch (IOException e) {
            say.accept("ends of jobs that the store lacks cannot be read: " + e.getMessage());
        }
        any = !ends.isEmpty();
        return ends;
    }

    /** The store has them all. */
    void clear() {
        if (!any) {
            return;
        }
        try {
            file.clear();
            any = false;
        } catch (IOException e) {
            say.accept("ends of jobs that the store has cannot be cleared: " + e.getMessage());
        }
    }

    private static Map<String, Object> values(End end) {
        var m = new LinkedHashMap<String, Object>();
        m.put("job", end.hold().job());
        m.put("token", end.hold().token());
        switch (end.next()) {
            case Next.Over(JobState state, boolean told) -> {
                m.put("state", state.name());
                m.put("told", told);
            }
            case Next.Again(Instant at) -> m.put("again", at.toString());
            case Next.Unbegun() -> {}
        }
        Attempt a = end.attempt();
        if (a != null) {
            m.put("number", a.number());
            m.put("host", a.host());
            put(m, "started", a.started());
            put(m, "ended", a.ended());
            put(m, "failure", a.failure());
            m.put("detail", a.detail());
            put(m, "exitCode", a.exitCode());
            put(m, "signal", a.signal());
            put(m, "cpuSeconds", a.cpuSeconds());
            put(m, "peakBytes", a.peakBytes());
            put(m, "readBytes", a.readBytes());
            put(m, "writtenBytes", a.writtenBytes());
            put(m, "output", a.output());
        }
        return m;
    }

    private static void put(Map<String, Object> m, String key, @Nullable Object value) {
        if (value != null) {
            m.put(key, value instanceof Instant at ? at.toString() : value);
        }
    }

    /** Null: it is torn. */
    private static @Nullable End of(Map<String, Object> m) {
        try {
            if (!(m.get("job") instanceof String job) || !(m.get("token") instanceof Number token)) {
                return null;
            }
            Next next = m.get("state") instanceof String state
                    ? new Next.Over(JobState.valueOf(state), Boolean.TRUE.equals(m.get("told")))
                    : m.get("again") instanceof String at ? new Next.Again(Instant.parse(at)) : new Next.Unbegun();
            return new End(new Hold(job, token.longValue()), attempt(m), next);
        } catch (DateTimeException | IllegalArgumentException damaged) {
            return null;
        }
    }

    private static @Nullable Attempt attempt(Map<String, Object> m) {
        if (!(m.get("number") instanceof Number number)) {
            return null;
        }
        return new Attempt(
                number.intValue(),
                text(m, "host", ""),
                instant(m.get("started")),
                instant(m.get("ended")),
                m.get("failure") instanceof String failure ? failure : null,
                text(m, "detail", ""),
                m.get("exitCode") instanceof Number code ? (Integer) code.intValue() : null,
                m.get("signal") instanceof Number signal ? (Integer) signal.intValue() : null,
                m.get("cpuSeconds") instanceof Number cpu ? (Double) cpu.doubleValue() : null,
                whole(m.get("peakBytes")),
                whole(m.get("readBytes")),
                whole(m.get("writtenBytes")),
                m.get("output") instanceof String output ? output : null);
    }

    private static String text(Map<String, Object> m, String key, String otherwise) {
        return m.get(key) instanceof String text ? text : otherwise;
    }

    private static @Nullable Instant instant(@Nullable Object text) {
        return text instanceof String s ? Instant.parse(s) : null;
    }

    private static @Nullable Long whole(@Nullable Object value) {
        return value instanceof Number n ? (Long) n.longValue() : null;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            say.accept("ends of jobs that the store lacks: " + e.getMessage());
        }
    }
}
