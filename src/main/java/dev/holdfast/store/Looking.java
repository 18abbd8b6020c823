package dev.holdfast.store;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.JobState;
import dev.holdfast.store.Jobs.Seen;
import dev.holdfast.store.Jobs.Which;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Jobs as people see them. */
final class Looking {
    static final String COLUMNS = """
            SELECT job.seq AS seq, job.id AS id, job.queue AS queue, job.state AS state, job.payload AS payload,
              job.priority AS priority, job.key AS key, job.submitted_us AS submitted_us, job.due_us AS due_us,
              job.ended_us AS ended_us, job.attempt AS attempt, job.host AS host, job.failure AS failure,
              job.detail AS detail, job.progress AS progress FROM job""";
    /** So many that wait are sorted; among more of them the latest are found by walking. */
    private static final int SORTED = 5000;

    private record Numbered(long seq, Seen seen) {}

    private Looking() {}

    static @Nullable Seen job(Session s, String id) throws SQLException {
        Numbered found;
        try (ResultSet r = s.sql(COLUMNS + " WHERE id = ?", id).executeQuery()) {
            if (!r.next()) {
                return null;
            }
            found = new Numbered(r.getLong("seq"), seen(r, List.of()));
        }
        Seen j = found.seen;
        return new Seen(
                j.id(),
                j.queue(),
                j.state(),
                j.payload(),
                j.priority(),
                j.key(),
                j.submitted(),
                j.notBefore(),
                j.ended(),
                j.attempt(),
                j.host(),
                j.failure(),
                j.detail(),
                j.progress(),
                attempts(s, found.seq, Long.MAX_VALUE));
    }

    static Seen seen(ResultSet r, List<Attempt> attempts) throws SQLException {
        var submitted = Time.instant(r.getLong("submitted_us"));
        return new Seen(
                r.getString("id"),
                r.getString("queue"),
                Rows.state(r.getInt("state")),
                PayloadText.read(r.getString("payload")),
                r.getInt("priority"),
                r.getString("key"),
                submitted,
                Objects.requireNonNullElse(Rows.instant(r, "due_us"), submitted),
                Rows.instant(r, "ended_us"),
                r.getInt("attempt"),
                r.getString("host"),
                r.getString("failure"),
                r.getString("detail"),
                Rows.real(r, "progress"),
                attempts);
    }

    /** Those up to a claim's, the oldest first. */
    static List<Attempt> attempts(Session s, long seq, long upTo) throws SQLException {
        var attempts = new ArrayList<Attempt>();
        try (ResultSet r = s.sql("SELECT * FROM job_attempt WHERE job = ? AND token <= ? ORDER BY token", seq, upTo)
                .executeQuery()) {
            while (r.next()) {
                attempts.add(new Attempt(
                        r.getInt("number"),
                        r.getString("host"),
                        Rows.instant(r, "started_us"),
                        Rows.instant(r, "ended_us"),
                        r.getString("failure"),
                        r.getString("detail"),
                        Rows.integer(r, "exit_code"),
                        Rows.integer(r, "signal"),
                        Rows.real(r, "cpu_seconds"),
                        Rows.whole(r, "peak_bytes"),
                        Rows.whole(r, "read_bytes"),
                        Rows.whole(r, "written_bytes"),
                        r.getString("output")));
            }
        }
        return attempts;
    }

    static Jobs.Listed list(Session s, Which which, int most, @Nullable String after) throws SQLException {
        long below = Long.MAX_VALUE;
        if (after != null) {
            below = s.number("SELECT seq FROM job WHERE id = ?", after);
            if (below == 0) {
                throw new SQLException("there is no job " + after + " any more to go on after");
            }
        }
        var walks = new ArrayList<Walk>();
        for (String queue : which.queue() == null ? QueueRow.names(s) : List.of(which.queue())) {
            for (String walk : walks(s, queue, which.state())) {
                walks.add(new Walk(queue, " WHERE queue = ?" + walk + " DESC LIMIT ?"));
            }
        }
        // First without payloads: what is not told is not loaded.
        var found = new ArrayList<Place>();
        for (Walk walk : walks) {
            try (ResultSet r = walk.rows(s, "SELECT seq, length(payload) AS size FROM job", which, below, most + 1)) {
                while (r.next()) {
                    found.add(new Place(walk, r.getLong("seq"), r.getLong("size")));
                }
            }
        }
        var told = new HashMap<Walk, Integer>();
        long held = 0;
        int many = 0;
        for (Place p : found.stream()
                .sorted(Comparator.comparingLong(Place::seq).reversed())
                .toList()) {
            held += p.size;
            if (many == most || (many > 0 && held > Jobs.MOST_PAYLOAD)) {
                break;
            }
            many++;
            told.merge(p.walk, 1, Integer::sum);
        }
        var jobs = new ArrayList<Numbered>();
        for (Map.Entry<Walk, Integer> walk : told.entrySet()) {
            try (ResultSet r = walk.getKey().rows(s, COLUMNS, which, below, walk.getValue())) {
                while (r.next()) {
                    jobs.add(new Numbered(r.getLong("seq"), seen(r, List.of())));
                }
            }
        }
        List<Seen> latest = jobs.stream()
                .sorted(Comparator.comparingLong(Numbered::seq).reversed())
                .map(Numbered::seen)
                .toList();
        return new Jobs.Listed(latest, many < found.size());
    }

    private record Place(Walk walk, long seq, long size) {}

    private record Walk(String queue, String where) {
        ResultSet rows(Session s, String columns, Which which, long below, int most) throws SQLException {
            String text = columns + where.replace("%s", which.failure() == null ? "" : " AND failure = ?");
            return (which.failure() == null
                            ? s.sql(text, queue, below, most)
                            : s.sql(text, queue, below, which.failure(), most))
                    .executeQuery();
        }
    }

    /** Kinds of the latest failures of jobs that are kept, and how many each has. */
    static SortedMap<String, Long> failures(Session s, String queue, int most) throws SQLException {
        var counts = new TreeMap<String, Long>();
        try (ResultSet r = s.sql("""
                        SELECT failure, COUNT(*) AS jobs FROM
                          (SELECT failure FROM job WHERE queue = ? AND state = ? AND ended_us IS NOT NULL
                            ORDER BY seq DESC LIMIT ?) latest
                        GROUP BY failure""", queue, Rows.FAILED, most).executeQuery()) {
            while (r.next()) {
                counts.merge(
                        Objects.requireNonNullElse(r.getString("failure"), "unknown"), r.getLong("jobs"), Long::sum);
            }
        }
        return counts;
    }

    /** Found through jobs that were tried, as however many may wait that were not. */
    static List<Jobs.Used> used(Session s, String queue, Instant from, int most) throws SQLException {
        var used = new ArrayList<Jobs.Used>();
        long after = Time.micros(from);
        try (ResultSet r = s.sql("""
                        SELECT a.started_us, a.ended_us, a.failure, a.detail, a.cpu_seconds, a.peak_bytes
                        FROM (SELECT seq FROM job WHERE queue = ? AND state IN (4, 5, 6) AND ended_us > ?
                              UNION ALL
                              SELECT seq FROM job WHERE queue = ? AND state < 4 AND token > 0) tried
                        JOIN job_attempt a ON a.job = tried.seq
                        WHERE a.started_us IS NOT NULL AND a.ended_us > ?
                        ORDER BY a.ended_us DESC LIMIT ?""", queue, after, queue, after, most).executeQuery()) {
            while (r.next()) {
                used.add(new Jobs.Used(
                        Time.instant(r.getLong("started_us")),
                        Time.instant(r.getLong("ended_us")),
                        r.getString("failure"),
                        r.getString("detail"),
                        Rows.real(r, "cpu_seconds"),
                        Rows.whole(r, "peak_bytes")));
            }
        }
        return used;
    }

    /**
     * Conditions by which a state's jobs are found through an index that has few others, and their order. Of the few that
     * wait or run, an index by seq must not be thought better than theirs: a plus keeps databases from it.
     */
    private static List<String> walks(Session s, String queue, @Nullable JobState state) throws SQLException {
        String latest = " AND seq < ?%s ORDER BY seq";
        String sorted = " AND +seq < ?%s ORDER BY +seq";
        return switch (state) {
            case null -> List.of(latest);
            case QUEUED ->
                QueueRow.read(s, queue).waiting() > SORTED
                        ? List.of(" AND state < 3" + latest)
                        : List.of(
                                " AND state = 0 AND due_us > 0" + sorted,
                                " AND state = 1 AND due_us > 0" + sorted,
                                " AND state = 2 AND due_us > 0" + sorted);
            case RUNNING -> List.of(" AND lease_us > 0" + sorted);
            case SUCCEEDED, FAILED, CANCELLED ->
                List.of(" AND state = " + Rows.number(state) + " AND ended_us IS NOT NULL" + latest);
        };
    }
}
