package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.alert.Occasion;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.Loaded;
import dev.holdfast.loop.Loop;
import dev.holdfast.patrol.GuardHistory;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
@Timeout(120)
class GuardPostTest {
    @TempDir
    Path dir;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicReference<@Nullable Thread> first = new AtomicReference<>();
    private final List<Thread> retaining = new CopyOnWriteArrayList<>();

    /** Holds up whoever tells it something, as a look does that hangs in the kernel. */
    private final AlertDesk slow = new AlertDesk() {
        @Override
        public boolean open() {
            first.compareAndSet(null, Thread.currentThread());
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        }

        @Override
        public void raise(Occasion occasion) {}

        @Override
        public void raise(Supplier<Occasion> occasion) {}

        @Override
        public void clear(String key, String how) {}

        @Override
        public void retain(String prefix, Set<String> keys) {
            retaining.add(Thread.currentThread());
        }
    };

    private GuardSpec spec() throws Exception {
        Path file = dir.resolve("g.yaml");
        Files.writeString(file, """
                version: 1
                alerts: {channels: {ops: {type: exec, command: ["true"]}}}
                guard:
                  interval: 200ms
                  rules:
                    there: {match: {command: "."}, total: [{count: ">= 1"}], action: alert, alert: [ops]}
                """);
        return Objects.requireNonNull(((Loaded.Sound) new ConfigLoader(Map.of(), true).load(file))
                .config()
                .guard());
    }

    /** Read from the disk: what the post tells is handed over on the loop, which nobody drives here. */
    private long fired() throws Exception {
        try (var history = new GuardHistory(dir)) {
            return history.last(50).stream()
                    .filter(f -> "fired".equals(f.get("kind")))
                    .count();
        }
    }

    @Test
    void removingAGuardWaitsForNoLookThatHangs() throws Exception {
        var ward = new GuardPost.Ward() {
            @Override
            public @Nullable String supervise(boolean restart, Set<String> names, String by) {
                return null;
            }

            @Override
            public void exec(GuardSpec.Deed.Exec exec, String rule, Map<String, String> variables) {}
        };
        Loop loop = Loop.open();
        try (var console = new Console(OutputStream.nullOutputStream(), true, false, List.of());
                var post = new GuardPost(
                        dir, Math.toIntExact(ProcessHandle.current().pid()), loop, console, slow, ward)) {
            post.configure(spec());
            asked.await();
            long began = System.nanoTime();
            post.configure(null);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1500));
            assertThat(post.stands()).isFalse();
            post.configure(spec()); // its rules begin when the other one has ended
            retaining.clear();
            answer.countDown();
            await().atMost(Duration.ofSeconds(30)).until(() -> fired() >= 2);
            assertThat(retaining)
                    .as("what the second raised is not the first's to clear")
                    .doesNotContain(first.get());
        } finally {
            answer.countDown();
            loop.poller().close();
        }
    }
}
