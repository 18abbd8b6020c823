package dev.holdfast.store;

import java.sql.SQLException;
import java.time.Instant;

/** Due times of schedules that one daemon of several is to run: {@link Claims} in a database. */
final class DueTimes {
    /** Of each schedule, beyond which due times count as claimed. */
    private static final int KEPT = 2000;

    private DueTimes() {}

    /** Whether it is this run's now. */
    static boolean claim(Session s, String schedule, Instant due, String run, String host, long now)
            throws SQLException {
        s.enter("\ndue times");
        long at = Time.micros(due);
        s.change("""
                INSERT INTO claim (schedule, due_us, run, host, at_us) SELECT ?, ?, ?, ?, ?
                  WHERE NOT EXISTS (SELECT 1 FROM claim_floor WHERE schedule = ? AND due_us >= ?)
                ON CONFLICT DO NOTHING""", schedule, at, run, host, now, schedule, at);
        boolean ours =
                s.number("SELECT count(*) FROM claim WHERE schedule = ? AND due_us = ? AND run = ?", schedule, at, run)
                        > 0;
        floor(s, schedule);
        return ours;
    }

    /** Claims are many and kept long: beyond the latest they become one number, below which all is claimed. */
    private static void floor(Session s, String schedule) throws SQLException {
        long floor = s.number(
                "SELECT due_us FROM claim WHERE schedule = ? ORDER BY due_us DESC LIMIT 1 OFFSET ?", schedule, KEPT);
        if (floor != 0) {
            s.change("DELETE FROM claim WHERE schedule = ? AND due_us <= ?", schedule, floor);
            s.change("""
                    INSERT INTO claim_floor (schedule, due_us) VALUES (?, ?) ON CONFLICT (schedule) DO UPDATE
                      SET due_us = excluded.due_us WHERE claim_floor.due_us < excluded.due_us""", schedule, floor);
        }
    }
}
