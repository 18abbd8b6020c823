package dev.holdfast.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs in SQLite. */
class EmbeddedJobsTest extends JobsContract {
    @TempDir
    Path home;

    private final List<Store> stores = new ArrayList<>();
    private @Nullable Jobs jobs;
    private @Nullable Jobs elsewhere;

    private Jobs open() {
        var store = new Store(home.resolve("holdfast.db"), home, clock, _ -> {});
        stores.add(store);
        return EmbeddedJobs.in(store, clock);
    }

    @Override
    Jobs jobs() {
        jobs = jobs == null ? open() : jobs;
        return jobs;
    }

    @Override
    Jobs elsewhere() {
        elsewhere = elsewhere == null ? open() : elsewhere;
        return elsewhere;
    }

    @Override
    int walks() {
        return 100;
    }

    /** With millions of rows a plan that walks them is what would be seen first. */
    @Test
    void nothingThatIsAskedWalksOverJobsThatItDoesNotWant() throws Exception {
        Jobs jobs = jobs();
        new JobsWalk(7, clock, List.of(jobs), "w").go(1000);
        get(jobs.tidy("wq", clock.wall(), clock.wall(), 1000));
        get(jobs.tidy("wq", clock.wall(), clock.wall(), 0));
        get(jobs.held("h"));
        var paced = new Jobs.Wish("wq", "h", 9, LEASE, 2, 1_000_000, 0);
        get(jobs.claim(paced));
        get(jobs.claim(paced));
        Store store = stores.getFirst();
        Set<String> texts = get(store.read(Session::texts));
        assertThat(texts).hasSizeGreaterThan(40);
        for (String text : texts) {
            if (text.startsWith("PRAGMA")) {
                continue;
            }
            List<String> steps = get(store.read(s -> plan(s, text)));
            assertThat(steps)
                    .as(text)
                    .noneMatch(step -> step.startsWith("SCAN job") && !step.startsWith("SCAN job_queue"))
                    .noneMatch(step -> step.contains("TEMP B-TREE") && !text.contains("+seq"))
                    .noneMatch(step -> step.contains("job_by_queue") && text.matches("(?s).*(state = |_us [<>]).*"));
        }
    }

    private static List<String> plan(Session s, String text) throws SQLException {
        var steps = new ArrayList<String>();
        Object[] unknown =
                text.chars().filter(c -> c == '?').mapToObj(_ -> null).toArray();
        try (var rows = s.sql("EXPLAIN QUERY PLAN " + text, unknown).executeQuery()) {
            while (rows.next()) {
                steps.add(rows.getString("detail"));
            }
        }
        return steps;
    }

    @AfterEach
    void close() {
        stores.forEach(Store::close);
    }
}
