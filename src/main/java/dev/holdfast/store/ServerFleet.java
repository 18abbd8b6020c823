package dev.holdfast.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The fleet, in a server's table. */
final class ServerFleet implements Fleet {
    private static final Duration FORGOTTEN = Duration.ofDays(7);

    private final Ledger ledger;
    private final Moment.Source clock;

    ServerFleet(Ledger ledger, Moment.Source clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Boolean> beat(Member m, boolean leaves) {
        return SqlJobs.told(ledger.write(s -> {
            s.enter("\nhosts");
            long now = clock.now(s).wall();
            s.change(
                    """
                    INSERT INTO host (name, version, started_us, seen_us, left_us, cores, load1, memory, available, running,
                      places, queues)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET version = excluded.version, started_us = excluded.started_us,
                      seen_us = excluded.seen_us, left_us = excluded.left_us, cores = excluded.cores,
                      load1 = excluded.load1, memory = excluded.memory, available = excluded.available,
                      running = excluded.running, places = excluded.places, queues = excluded.queues""",
                    m.name(),
                    m.version(),
                    now - Moment.micros(m.up()),
                    now,
                    leaves ? (Object) now : null,
                    m.cores(),
                    m.load(),
                    m.memory(),
                    m.available(),
                    m.running(),
                    m.places(),
                    String.join(",", m.queues()));
            s.change("DELETE FROM host WHERE seen_us < ?", now - Moment.micros(FORGOTTEN));
            return true;
        }));
    }

    @Override
    public CompletableFuture<List<Heard>> hosts() {
        return SqlJobs.told(ledger.read(s -> {
            long now = clock.now(s).wall();
            var hosts = new ArrayList<Heard>();
            try (ResultSet r = s.sql("""
                            SELECT name, version, started_us, seen_us, left_us, cores, load1, memory, available, running,
                              places, queues FROM host ORDER BY name""").executeQuery()) {
                while (r.next()) {
                    hosts.add(heard(r, now));
                }
            }
            return hosts;
        }));
    }

    private static Heard heard(ResultSet r, long now) throws SQLException {
        String queues = r.getString(12);
        long seen = r.getLong(4);
        long left = r.getLong(5);
        boolean gone = !r.wasNull();
        var member = new Member(
                r.getString(1),
                r.getString(2),
                micros(seen - r.getLong(3)),
                r.getInt(6),
                r.getDouble(7),
                r.getLong(8),
                r.getLong(9),
                r.getInt(10),
                r.getInt(11),
                queues.isEmpty() ? List.of() : List.of(queues.split(",", -1)));
        return new Heard(member, micros(now - seen), gone ? micros(now - left) : null);
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(Math.max(0, micros) * 1000);
    }
}
