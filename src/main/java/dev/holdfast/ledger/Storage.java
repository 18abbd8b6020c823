package dev.holdfast.ledger;

import dev.holdfast.config.StorageSpec;
import dev.holdfast.loop.Loop;
import dev.holdfast.store.Claims;
import dev.holdfast.store.EmbeddedJobs;
import dev.holdfast.store.Fleet;
import dev.holdfast.store.Jobs;
import dev.holdfast.store.Retention;
import dev.holdfast.store.RunHistory;
import dev.holdfast.store.ServerStore;
import dev.holdfast.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stores, and what is kept in them: the history of schedules in a file of this host, jobs and claims there too, or in a
 * server that several hosts share. Nothing of them is loaded before it is used. Thread-safe.
 */
public final class Storage implements AutoCloseable {
    private final Store store;
    private final RunHistory runs;
    private final @Nullable ServerStore server;
    private final Jobs jobs;

    /**
     * @param say told, in words for people, what is wrong with them; from any thread
     * @param wake told the name of a queue in which another host has changed something; from any thread
     */
    public Storage(Path state, StorageSpec spec, Consumer<String> say, Consumer<String> wake) {
        String file = spec.file();
        String url = spec.server();
        this.store = new Store(file == null ? state.resolve("holdfast.db") : Path.of(file), state, Loop::now, say);
        this.runs = new RunHistory(store, new Retention(spec.keepRuns(), spec.keepFor()), Loop::now);
        this.server = url == null ? null : new ServerStore(url, spec.lease(), Loop::now, say, wake);
        this.jobs = server == null ? EmbeddedJobs.in(store, Loop::now) : server.jobs();
    }

    /** What is wrong with it as it is configured; nothing is opened. */
    public static List<String> problems(StorageSpec spec) {
        String url = spec.server();
        if (url != null) {
            try (var _ = new ServerStore(url, spec.lease(), Loop::now, _ -> {}, _ -> {})) {
                return List.of();
            } catch (IllegalArgumentException e) {
                return List.of("global.storage.url: " + e.getMessage());
            }
        }
        return List.of();
    }

    /** Opens what schedules need, so that what is wrong is said now. */
    void begin() {
        store.begin();
    }

    RunHistory runs() {
        return runs;
    }

    Claims claims() {
        return server == null ? runs : server;
    }

    public Jobs jobs() {
        return jobs;
    }

    /** Null: no other host shares it. */
    @Nullable
    public Fleet fleet() {
        return server == null ? null : server.fleet();
    }

    /** Why nothing is written now; null: it is. */
    @Nullable
    String trouble() {
        String trouble = server == null ? null : server.trouble();
        return trouble == null ? store.trouble() : trouble;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        store.close();
    }
}
