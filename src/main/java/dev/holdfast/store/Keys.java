package dev.holdfast.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a queue, of each of which so many jobs may run at once. Of those that wait only the first stands in the queue's
 * line, the key's head, and none while as many run as may: a claim never walks over jobs that it could not take, however
 * many wait. A key has no head exactly when nothing of it waits, or it is at its bound as the last claim said it; keys at
 * their bound are no more than jobs that run, so that a changed bound is soon told to all of them.
 */
final class Keys {
    /** A job in a queue's line. */
    record Place(long order, long seq, @Nullable String key) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return order == other.order ? Long.compare(seq, other.seq) : Long.compare(order, other.order);
        }
    }

    private record Key(int running, @Nullable Place head) {}

    private final Session s;
    private final String queue;
    /** Below 0: not read yet. */
    private int perKey = -1;

    Keys(Session s, String queue) {
        this.s = s;
        this.queue = queue;
    }

    private Key key(String name) throws SQLException {
        try (ResultSet r = s.sql(
                        "SELECT running, head_order_us, head_seq FROM job_key WHERE queue = ? AND name = ?",
                        queue,
                        name)
                .executeQuery()) {
            if (!r.next()) {
                return new Key(0, null);
            }
            Long seq = Rows.whole(r, "head_seq");
            return new Key(r.getInt(1), seq == null ? null : new Place(r.getLong(2), seq, name));
        }
    }

    private boolean free(int running) throws SQLException {
        if (perKey < 0) {
            perKey = QueueRow.read(s, queue).perKey();
        }
        return perKey == 0 || running < perKey;
    }

    /**
     * Where a job that is due belongs; makes room for it if it is to be its key's head.
     *
     * @param seq of a new one, that comes after all others: {@link Long#MAX_VALUE}
     * @return {@link Rows#READY}, after which {@link #stands} is to be called, or {@link Rows#HELD}
     */
    int admit(@Nullable String name, long order, long seq) throws SQLException {
        if (name == null) {
            return Rows.READY;
        }
        Key key = key(name);
        if (key.head == null) {
            return free(key.running) ? Rows.READY : Rows.HELD;
        }
        if (new Place(order, seq, name).compareTo(key.head) >= 0) {
            return Rows.HELD;
        }
        s.change("UPDATE job SET state = 2 WHERE seq = ?", key.head.seq);
        return Rows.READY;
    }

    /** It stands in line, in {@link Rows#READY}. */
    void stands(@Nullable String name, long order, long seq) throws SQLException {
        if (name != null) {
            s.change("""
                    INSERT INTO job_key (queue, name, running, head_order_us, head_seq) VALUES (?, ?, 0, ?, ?)
                    ON CONFLICT (queue, name) DO UPDATE
                      SET head_order_us = excluded.head_order_us, head_seq = excluded.head_seq""", queue, name, order, seq);
        }
    }

    /** Whether another of this key may run. */
    boolean open(@Nullable String name) throws SQLException {
        return name == null || free(key(name).running);
    }

    /** The key's head goes behind: as many run as may. */
    void park(Place head) throws SQLException {
        s.change("UPDATE job SET state = 2 WHERE seq = ?", head.seq);
        s.change(
                "UPDATE job_key SET head_order_us = NULL, head_seq = NULL WHERE queue = ? AND name = ?",
                queue,
                head.key);
    }

    /** The head was taken. @return the next one, which stands in line now */
    @Nullable
    Place taken(@Nullable String name) throws SQLException {
        if (name == null) {
            return null;
        }
        int running = key(name).running + 1;
        s.change(
                "UPDATE job_key SET running = ?, head_order_us = NULL, head_seq = NULL WHERE queue = ? AND name = ?",
                running,
                queue,
                name);
        return free(running) ? next(name) : null;
    }

    /** One that ran does not any more. */
    void ended(@Nullable String name) throws SQLException {
        if (name == null) {
            return;
        }
        Key key = key(name);
        int running = Math.max(0, key.running - 1);
        s.change("UPDATE job_key SET running = ? WHERE queue = ? AND name = ?", running, queue, name);
        if (key.head == null) {
            follow(name, running);
            s.wake(queue);
        }
    }

    /** The head left the line otherwise. */
    void left(@Nullable String name) throws SQLException {
        if (name == null) {
            return;
        }
        int running = key(name).running;
        s.change("UPDATE job_key SET head_order_us = NULL, head_seq = NULL WHERE queue = ? AND name = ?", queue, name);
        follow(name, running);
    }

    private void follow(String name, int running) throws SQLException {
        Place next = free(running) ? next(name) : null;
        if (next == null && running == 0) {
            s.change("DELETE FROM job_key WHERE queue = ? AND name = ?", queue, name);
        }
    }

    private @Nullable Place next(String name) throws SQLException {
        Place next;
        try (ResultSet r = s.sql("""
                        SELECT order_us, seq FROM job WHERE queue = ? AND key = ? AND state = 2
                        ORDER BY order_us, seq LIMIT 1""", queue, name).executeQuery()) {
            if (!r.next()) {
                return null;
            }
            next = new Place(r.getLong(1), r.getLong(2), name);
        }
        s.change("UPDATE job SET state = 1 WHERE seq = ?", next.seq);
        stands(name, next.order, next.seq);
        return next;
    }

    /** Another bound from now on. Keys below it get their heads; those above are parked when a claim meets them. */
    void bound(int now) throws SQLException {
        perKey = now;
        s.change("UPDATE job_queue SET per_key = ? WHERE name = ?", now, queue);
        var waiting = new ArrayList<String>();
        try (ResultSet r = s.sql("SELECT name, running, head_seq FROM job_key WHERE queue = ? AND running > 0", queue)
                .executeQuery()) {
            while (r.next()) {
                if (Rows.whole(r, "head_seq") == null && free(r.getInt(2))) {
                    waiting.add(r.getString(1));
                }
            }
        }
        for (String name : waiting) {
            next(name);
        }
    }
}
