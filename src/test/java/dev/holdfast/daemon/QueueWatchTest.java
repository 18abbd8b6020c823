package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.store.Jobs;
import dev.holdfast.unit.MonoTime;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is tidied, and by whose word. */
class QueueWatchTest {
    private static final QueueSpec DOWNLOADS = Objects.requireNonNull(((Loaded.Sound)
                    new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/media-bot.yaml")))
            .config()
            .queues()
            .get("downloads"));

    /** Days that failed jobs are kept, of each queue that was tidied. */
    private final Map<String, Long> tidied = new TreeMap<>();

    /** A store that knows three queues. */
    private Jobs jobs() {
        return (Jobs) Proxy.newProxyInstance(Jobs.class.getClassLoader(), new Class<?>[] {Jobs.class}, (_, m, args) -> {
            if (m.getName().equals("tidy")) {
                tidied.put(
                        (String) args[0],
                        Duration.between((Instant) args[2], Instant.now()).toDays());
                return CompletableFuture.completedFuture(0);
            }
            return CompletableFuture.completedFuture(
                    m.getName().equals("queues") ? List.of("downloads", "gone", "theirs") : List.of());
        });
    }

    @Test
    void whatIsLeftOfQueuesThatNobodyHasIsKeptForAYearAndThatOfOtherHostsIsLeftAlone() throws Exception {
        try (var console = new Console(OutputStream.nullOutputStream(), true, false, List.of())) {
            var watch = new QueueWatch(
                    jobs(),
                    () -> CompletableFuture.completedFuture(Set.of("theirs")),
                    Runnable::run,
                    console,
                    AlertDesk.CLOSED);
            var start = new MonoTime(0);
            watch.configure(List.of(DOWNLOADS), start);
            watch.tick(List.of(DOWNLOADS), start.plus(Duration.ofMinutes(1)));
        }
        assertThat(tidied)
                .isEqualTo(Map.of(
                        "downloads", DOWNLOADS.keep().failed().toDays(),
                        "gone", QueueSpec.KeepSpec.ABANDONED.failed().toDays()));
    }

    @Test
    void anAnswerThatAReloadHasOvertakenRaisesNothing() throws Exception {
        var answer = new CompletableFuture<List<Jobs.Health>>();
        var jobs = (Jobs) Proxy.newProxyInstance(
                Jobs.class.getClassLoader(),
                new Class<?>[] {Jobs.class},
                (_, m, _) -> m.getName().equals("health") ? answer : CompletableFuture.completedFuture(List.of()));
        var said = new ArrayList<String>();
        var desk = (AlertDesk) Proxy.newProxyInstance(
                AlertDesk.class.getClassLoader(), new Class<?>[] {AlertDesk.class}, (_, m, _) -> {
                    said.add(m.getName());
                    return m.getName().equals("open") ? true : null;
                });
        try (var console = new Console(OutputStream.nullOutputStream(), true, false, List.of())) {
            var watch = new QueueWatch(
                    jobs, () -> CompletableFuture.completedFuture(Set.of()), Runnable::run, console, desk);
            watch.configure(List.of(DOWNLOADS), new MonoTime(0));
            watch.tick(List.of(DOWNLOADS), new MonoTime(0).plus(Duration.ofSeconds(10)));
            watch.configure(List.of(), new MonoTime(0));
            answer.complete(List.of(new Jobs.Health(
                    "downloads", Jobs.Gate.OPEN, 99_999, 0, 0, 0, Instant.EPOCH, 0, 99_999, 99_999, 99_999)));
        }
        assertThat(said).containsOnly("retain");
    }
}
