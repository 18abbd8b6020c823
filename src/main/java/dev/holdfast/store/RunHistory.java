package dev.holdfast.store;

import dev.holdfast.unit.Now;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What schedules did, in a store. Thread-safe. */
public final class RunHistory implements Claims {
    /** Attempts or claims after which what is too old, or too much, goes. */
    private static final int TIDIED_AFTER = 256;
    /** What one tidying takes away at most: nobody shall wait long for it. */
    private static final int AT_ONCE = 2000;

    /** All attempts together, whatever retention says; the oldest go. */
    private static final long MOST_BYTES = 1L << 30;
    /** Of an attempt, beside its words and its output. */
    private static final int ROW_BYTES = 400;
    /** With 8 KiB of output and half as many words. */
    private static final long LARGEST_BYTES = 12 << 10;

    private static final String INSERT = """
            INSERT INTO run (run, attempt, schedule, at_us, due_us, cause, result, result_class, last, detail, started_us,
              ended_us, exit_code, signal, cpu_seconds, peak_bytes, read_bytes, written_bytes, times, output)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING""";

    private final Store store;
    private final Retention retention;
    private final Supplier<Now> clock;
    /** The store's thread's own. */
    private int untidied = TIDIED_AFTER;
    /** As many more cannot be too much; the store's thread's own. */
    private long unmeasured;

    public RunHistory(Store store, Retention retention, Supplier<Now> clock) {
        this.store = store;
        this.retention = retention;
        this.clock = clock;
    }

    /** Kept when the future is done. The same attempt is kept once, as it was told first. */
    public CompletableFuture<Boolean> add(Attempt a) {
        return store.write(s -> {
            Attempt.Ending e = a.ending();
            int added = s.change(
                    INSERT,
                    a.run(),
                    a.attempt(),
                    a.schedule(),
                    Time.micros(a.ended() == null ? a.due() : a.ended()),
                    Time.micros(a.due()),
                    a.cause(),
                    a.result(),
                    a.resultClass(),
                    a.last() ? 1 : 0,
                    a.detail(),
                    Time.microsOrNull(a.started()),
                    Time.microsOrNull(a.ended()),
                    e.exitCode(),
                    e.signal(),
                    e.cpuSeconds(),
                    e.peakBytes(),
                    e.readBytes(),
                    e.writtenBytes(),
                    a.times(),
                    a.output());
            s.change("""
                    DELETE FROM run WHERE schedule = ? AND at_us <=
                      (SELECT at_us FROM run WHERE schedule = ? ORDER BY at_us DESC LIMIT 1 OFFSET ?)""", a.schedule(), a.schedule(), retention.runs());
            tidy(s);
            return added > 0;
        });
    }

    /** What an attempt printed last; nothing when the attempt is not there any more. */
    public CompletableFuture<Boolean> output(String run, int attempt, String output) {
        return store.write(
                s -> s.change("UPDATE run SET output = ? WHERE run = ? AND attempt = ?", output, run, attempt) > 0);
    }

    @Override
    public CompletableFuture<Boolean> claim(String schedule, Instant due, String run, String host) {
        return store.write(s -> {
            boolean ours = DueTimes.claim(
                    s, schedule, due, run, host, Time.micros(clock.get().wall()));
            tidy(s);
            return ours;
        });
    }

    /** Now and then, a bounded piece: what is too old goes, and pages that nothing is in are given back. */
    private void tidy(Session s) throws SQLException {
        if (++untidied < TIDIED_AFTER) {
            return;
        }
        untidied = 0;
        long oldest = Time.micros(clock.get().wall().minus(retention.age()));
        s.change(
                "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE at_us < ? ORDER BY at_us LIMIT ?)",
                oldest,
                AT_ONCE);
        if (tooMuch(s)) {
            s.change("DELETE FROM run WHERE id IN (SELECT id FROM run ORDER BY at_us LIMIT ?)", AT_ONCE);
        }
        s.shrink();
    }

    /** Jobs are in the same file: only when that is larger than attempts may be, their sizes are added up. */
    private boolean tooMuch(Session s) throws SQLException {
        unmeasured -= TIDIED_AFTER;
        long pages = s.number("PRAGMA page_count") - s.number("PRAGMA freelist_count");
        if (unmeasured > 0 || pages * s.number("PRAGMA page_size") <= MOST_BYTES) {
            return false;
        }
        long bytes = s.number(
                "SELECT sum(? + octet_length(detail) + coalesce(octet_length(output), 0)) FROM run", ROW_BYTES);
        unmeasured = (MOST_BYTES - bytes) / LARGEST_BYTES;
        return bytes > MOST_BYTES;
    }

    // ── looking ──

    /**
     * The last of one schedule, the latest last.
     *
     * @param withOutput false: as if none were kept
     */
    public List<Attempt> of(String schedule, int most, boolean withOutput) throws StoreException {
        return await(store.read(s -> {
            var found = new ArrayList<Attempt>();
            try (ResultSet rows = s.sql("""
                            SELECT run, attempt, schedule, due_us, cause, result, result_class, last, detail, started_us,
                              ended_us, exit_code, signal, cpu_seconds, peak_bytes, read_bytes, written_bytes, times,
                              CASE WHEN ? THEN output END
                            FROM run WHERE schedule = ? ORDER BY at_us DESC, id DESC LIMIT ?""", withOutput, schedule, most).executeQuery()) {
                while (rows.next()) {
                    found.addFirst(attempt(rows));
                }
            }
            return found;
        }));
    }

    /** Of each of these schedules the last attempts that ran, the latest last; without output. */
    public Map<String, List<Attempt>> lately(Collection<String> schedules, int most) throws StoreException {
        var names = List.copyOf(schedules);
        return await(store.read(s -> {
            var all = new TreeMap<String, List<Attempt>>();
            for (String name : names) {
                var found = new ArrayList<Attempt>();
                try (ResultSet rows = s.sql("""
                                SELECT run, attempt, schedule, due_us, cause, result, result_class, last, detail,
                                  started_us, ended_us, exit_code, signal, cpu_seconds, peak_bytes, read_bytes,
                                  written_bytes, times, NULL
                                FROM run WHERE schedule = ? AND started_us IS NOT NULL ORDER BY at_us DESC, id DESC LIMIT ?""", name, most).executeQuery()) {
                    while (rows.next()) {
                        found.addFirst(attempt(rows));
                    }
                }
                if (!found.isEmpty()) {
                    all.put(name, found);
                }
            }
            return all;
        }));
    }

    /** As {@link #of}, of those that ended, or were due and left out, after a time; the latest {@code most}. */
    public List<Attempt> since(String schedule, Instant from, int most) throws StoreException {
        return await(store.read(s -> {
            var found = new ArrayList<Attempt>();
            try (ResultSet rows = s.sql("""
                            SELECT run, attempt, schedule, due_us, cause, result, result_class, last, detail, started_us,
                              ended_us, exit_code, signal, cpu_seconds, peak_bytes, read_bytes, written_bytes, times, NULL
                            FROM run WHERE schedule = ? AND at_us > ? ORDER BY at_us DESC, id DESC LIMIT ?""", schedule, Time.micros(from), most).executeQuery()) {
                while (rows.next()) {
                    found.addFirst(attempt(rows));
                }
            }
            return found;
        }));
    }

    private static Attempt attempt(ResultSet r) throws SQLException {
        return new Attempt(
                r.getString(1),
                r.getInt(2),
                r.getString(3),
                Time.instant(r.getLong(4)),
                r.getString(5),
                r.getString(6),
                r.getString(7),
                r.getInt(8) != 0,
                r.getString(9),
                instant(r, 10),
                instant(r, 11),
                new Attempt.Ending(
                        integer(r, 12), integer(r, 13), real(r, 14), number(r, 15), number(r, 16), number(r, 17)),
                r.getInt(18),
                r.getString(19));
    }

    private static @Nullable Instant instant(ResultSet r, int column) throws SQLException {
        Long micros = number(r, column);
        return micros == null ? null : Time.instant(micros);
    }

    private static @Nullable Long number(ResultSet r, int column) throws SQLException {
        long value = r.getLong(column);
        return r.wasNull() ? null : (Long) value;
    }

    private static @Nullable Integer integer(ResultSet r, int column) throws SQLException {
        int value = r.getInt(column);
        return r.wasNull() ? null : (Integer) value;
    }

    private static @Nullable Double real(ResultSet r, int column) throws SQLException {
        double value = r.getDouble(column);
        return r.wasNull() ? null : (Double) value;
    }

    private static <T> T await(CompletableFuture<T> asked) throws StoreException {
        try {
            return asked.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException s ? s : new StoreException(String.valueOf(e.getCause()), e);
        }
    }
}
