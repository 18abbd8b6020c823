package dev.holdfast.top;

import static dev.holdfast.top.Told.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TopTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final LinkedBlockingQueue<Integer> typed = new LinkedBlockingQueue<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Glass glass = new Glass(100, 24);
    private volatile int width = 100;
    private final java.util.concurrent.atomic.AtomicInteger writes = new java.util.concurrent.atomic.AtomicInteger();
    private volatile String fails = "";
    private volatile Status status = Told.status(List.of(replica("web", 0, 1, "up", 5, 1 << 20, null, "")));
    private final AtomicReference<Instant> now = new AtomicReference<>(Told.NOW);
    private Thread shown = Thread.ofPlatform().unstarted(() -> {});

    private final Watched daemon = new Watched() {
        private <T> T or(T answer) throws IOException {
            if (!fails.isEmpty()) {
                throw new IOException(fails);
            }
            return answer;
        }

        @Override
        public Status status() throws IOException {
            return or(status);
        }

        @Override
        public HealthReport health() throws IOException {
            return or(new HealthReport("ok", List.of(), List.of()));
        }

        @Override
        public List<String> log(String name, int lines) throws IOException {
            return or(List.of("a line of " + name));
        }

        @Override
        public List<String> why(String name) throws IOException {
            return or(List.of("exit code 7"));
        }

        @Override
        public String process(String verb, String name) throws IOException {
            asked.add(verb + " " + name);
            return or(name + " is up");
        }

        @Override
        public String scale(String name, int replicas) throws IOException {
            asked.add("scale " + name + " " + replicas);
            return or("scaled");
        }

        @Override
        public String schedule(String verb, String name) throws IOException {
            asked.add(verb + " " + name);
            return or("done");
        }

        @Override
        public String queue(String verb, String name) throws IOException {
            asked.add(verb + " " + name);
            return or("done");
        }
    };

    private final Top.Face face = new Top.Face() {
        @Override
        public int read(long millis) {
            try {
                Integer c = typed.poll(millis, TimeUnit.MILLISECONDS);
                return c == null ? Keys.NOTHING : c;
            } catch (InterruptedException e) {
                return Keys.END;
            }
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public int height() {
            return 24;
        }

        @Override
        public void write(String text) {
            writes.incrementAndGet();
            glass.write(text);
        }
    };

    @BeforeEach
    void show() {
        var top = new Top(daemon, face, now::get, ZoneOffset.UTC, Duration.ofMillis(20), true);
        shown = Thread.ofPlatform().start(() -> {
            try {
                top.show();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        sees("web ");
    }

    @AfterEach
    void leave() throws InterruptedException {
        type("\u0003");
        shown.join(SOON);
        assertThat(shown.isAlive()).isFalse();
    }

    private void type(String keys) {
        keys.chars().forEach(typed::add);
    }

    private void sees(String text) {
        await().atMost(SOON).untilAsserted(() -> assertThat(glass.all()).contains(text));
    }

    @Test
    void showsActsAndTellsWhatCameOfIt() {
        type("r");
        sees("restart web? y does it");
        assertThat(asked).isEmpty();
        now.updateAndGet(n -> n.plusMillis(500)); // it has been read
        type("y");
        sees("web/0 is up");
        assertThat(asked).containsExactly("restart web/0");
        type("2p");
        sees("pause schedule backup?");
        type("n");
        sees("not done");
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatIsTypedOrPastedIntoTheWrongWindowDoesNothing() {
        type("sy");
        sees("not done: stop web");
        type("j");
        type("s");
        sees("stop web? y does it");
        now.updateAndGet(n -> n.plusMillis(500));
        type("y!");
        sees("not done: stop web");
        type("r");
        sees("restart web? y does it");
        now.updateAndGet(n -> n.plusMillis(500));
        type("\u001b[200~y\u001b[201~");
        sees("not done: restart web");
        assertThat(asked).isEmpty();
    }

    @Test
    void showsLogsAndReasons() {
        type("l");
        sees("a line of web");
        type("w");
        sees("exit code 7");
        type("x");
        sees("log of web");
    }

    @Test
    void saysThatTheDaemonIsGoneAndComesBack() {
        fails = "no daemon answers";
        sees("no daemon answers");
        assertThat(glass.all()).contains("web ");
        type("u");
        sees("start web?");
        now.updateAndGet(n -> n.plusMillis(500));
        type("y");
        sees("no daemon answers");
        fails = "";
        await().atMost(SOON).untilAsserted(() -> assertThat(glass.line(0)).doesNotContain("no daemon"));
    }

    @Test
    void aPictureThatStaysIsNotWrittenAgain() {
        await().atMost(SOON).until(() -> {
            int before = writes.get();
            return poll(20) && writes.get() == before;
        });
        int clears = glass.clears();
        status = Told.status(List.of(replica("other", 0, 1, "up", 5, 1 << 20, null, "")));
        sees("other ");
        assertThat(glass.clears()).isEqualTo(clears);
        width = 80; // a smaller window
        await().atMost(SOON).until(() -> glass.clears() > clears);
    }

    /** That many keys that mean nothing have been read. */
    private boolean poll(int keys) {
        for (int i = 0; i < keys; i++) {
            typed.add((int) '!');
        }
        await().atMost(SOON).until(typed::isEmpty);
        return true;
    }

    @Test
    void aHeldPictureStandsStill() {
        type(" ");
        sees("held");
        status = Told.status(List.of());
        poll(5);
        assertThat(glass.all()).contains("web ");
        type(" ");
        sees("no processes here");
    }
}
