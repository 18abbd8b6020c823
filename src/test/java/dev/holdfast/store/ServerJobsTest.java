package dev.holdfast.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs in PostgreSQL. */
@Tag("process")
class ServerJobsTest extends JobsContract {
    @RegisterExtension
    static final PostgresServer POSTGRES = new PostgresServer();

    private final List<ServerStore> stores = new ArrayList<>();
    private @Nullable Jobs jobs;
    private @Nullable Jobs elsewhere;

    @BeforeEach
    void empty() throws Exception {
        POSTGRES.run("DROP SCHEMA IF EXISTS holdfast CASCADE");
    }

    private Jobs open() {
        var store = new ServerStore(
                POSTGRES.url(),
                Duration.ofMinutes(1),
                StoreUnderTest::now,
                System.err::println,
                _ -> {},
                Moment.of(clock));
        stores.add(store);
        return store.jobs();
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
        return 20;
    }

    @AfterEach
    void close() {
        stores.forEach(ServerStore::close);
    }
}
