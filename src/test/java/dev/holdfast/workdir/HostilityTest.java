package dev.holdfast.workdir;

import static dev.holdfast.workdir.Scene.PLACE;
import static dev.holdfast.workdir.Scene.name;
import static dev.holdfast.workdir.Scene.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.linux.Directory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody exchanges directories and files for links to others while they are dealt with; or the power goes. */
@Timeout(300)
class HostilityTest {
    private static final int ROUNDS = Integer.getInteger("holdfast.rounds", 20_000);

    @TempDir
    Path tmp;

    private Scene scene;
    private Thread attacker = Thread.ofPlatform().unstarted(() -> {});
    private volatile boolean over;
    private final AtomicLong swaps = new AtomicLong();

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
    }

    @AfterEach
    void close() throws Exception {
        over = true;
        attacker.join();
        scene.close();
    }

    /** Two names in that directory change places, over and over; whoever does it may do anything, as root. */
    private void attack(Directory in, String one, String other) {
        attacker = Thread.ofPlatform().start(() -> {
            while (!over) {
                if (in.rename(name(one), in, name(other), Directory.RENAME_EXCHANGE) == 0) {
                    swaps.incrementAndGet();
                }
            }
            in.close();
        });
    }

    @Test
    void removesNothingOutside() throws IOException {
        Path made = scene.made();
        attack(Scene.open(made), "d", "link");
        for (int i = 0; i < ROUNDS; i++) {
            Path hidden = Files.createDirectory(made.resolve("new"));
            Files.createDirectory(hidden.resolve("inner"));
            Files.createFile(hidden.resolve("inner/secret"));
            Files.createFile(hidden.resolve("secret"));
            Files.createSymbolicLink(made.resolve("link"), scene.outside);
            Files.move(hidden, made.resolve("d"));
            // The directory itself goes last, so that the attacker keeps his.
            try (Directory above = Scene.open(made)) {
                while (above.status(name("d")).isPresent()
                        || above.status(name("link")).isPresent()) {
                    Removal.remove(above, name("d"), _ -> true);
                    Removal.remove(above, name("link"), _ -> true);
                }
            }
            if (i % 1000 == 0) {
                scene.outsideIsWhole();
            }
        }
        scene.outsideIsWhole();
        assertThat(swaps.get()).isGreaterThan(ROUNDS / 10);
        over = true;
        assertThat(scene.dirs.remove(PLACE).none()).isTrue();
    }

    @Test
    void removesNothingOutsideFromWithin() throws IOException {
        for (int i = 0; i < ROUNDS / 100; i++) {
            Path made = scene.made();
            Path in = made;
            for (int level = 0; level < 40; level++) { // deeper than directories stay open
                in = Files.createDirectory(in.resolve("d"));
                Files.createFile(in.resolve("secret"));
            }
            Files.createSymbolicLink(made.resolve("d/link"), scene.outside);
            over = false;
            attack(Scene.open(made.resolve("d")), "d", "link");
            Remains remains = scene.dirs.remove(PLACE);
            over = true;
            join();
            assertThat(scene.dirs.remove(PLACE).none()).as(remains.words()).isTrue();
        }
        scene.outsideIsWhole();
    }

    private void join() {
        try {
            attacker.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void measuresNothingOutside() throws IOException {
        Files.write(scene.outside.resolve("inner/deep"), new byte[1 << 20]);
        Path made = scene.made();
        Files.createDirectory(made.resolve("d"));
        Files.createSymbolicLink(made.resolve("link"), scene.outside);
        long most = scene.dirs.measure(PLACE, Long.MAX_VALUE, () -> false).bytes();
        attack(Scene.open(made), "d", "link");
        for (int i = 0; i < ROUNDS; i++) {
            assertThat(scene.dirs.measure(PLACE, Long.MAX_VALUE, () -> false).bytes())
                    .isLessThanOrEqualTo(most + 8192);
        }
        assertThat(swaps.get()).isGreaterThan(ROUNDS / 10);
    }

    @Test
    void deliversNothingFromOutside() throws IOException {
        delivers(scene.ready());
    }

    @Test
    void copiesNothingFromOutside() throws IOException {
        delivers(tmp.toRealPath());
    }

    private void delivers(Path ready) throws IOException {
        boolean slow = !ready.startsWith(scene.fast); // each is on disk when it is told
        int done = 0;
        int refused = 0;
        for (int i = 0; i < (slow ? ROUNDS / 20 : ROUNDS); i++) {
            var place = new Place("films", "j" + i, 1);
            Path made = scene.made(place);
            scene.write(scene.dir(made.resolve("d")).resolve("secret"), "mine");
            Files.createSymbolicLink(made.resolve("dlink"), scene.outside);
            scene.write(made.resolve("f"), "mine");
            Files.createSymbolicLink(made.resolve("link"), scene.outside.resolve("secret"));
            over = false;
            boolean directory = i % 2 == 0;
            Directory in = Scene.open(made);
            attack(in, directory ? "d" : "f", directory ? "dlink" : "link");
            String to = ready + "/" + i;
            Delivery d =
                    scene.dirs.deliver(place, scene.owner, Glob.of(directory ? "d*/secret" : "f"), to, () -> false);
            over = true;
            join();
            switch (d) {
                case Delivery.Done _ -> {
                    done++;
                    String file = directory ? Files.exists(Path.of(to, "d")) ? "d/secret" : "dlink/secret" : "f";
                    assertThat(tree(Path.of(to))).contains(file);
                    assertThat(Path.of(to, file)).isRegularFile().hasContent("mine");
                }
                case Delivery.Failed _ -> {
                    refused++;
                    assertThat(Path.of(to)).doesNotExist();
                }
            }
            assertThat(scene.dirs.remove(place).none()).isTrue();
        }
        scene.outsideIsWhole();
        assertThat(done).isPositive();
        assertThat(refused).isPositive();
        assertThat(tree(ready)).noneMatch(p -> p.contains(".partial-"));
    }

    @Test
    void aDeathLeavesAllOfItOrNothing() throws Exception {
        var random = new Random(7);
        int left = 0;
        Path home = scene.fast.resolve("home");
        for (int i = 0; i < 12; i++) {
            Scene.run("rm", "-rf", home.toString());
            Files.createDirectory(home);
            Process p = new ProcessBuilder(
                            DeliverForever.java(),
                            "-cp",
                            DeliverForever.classPath(),
                            "--enable-native-access=ALL-UNNAMED",
                            DeliverForever.class.getName(),
                            home.toString(),
                            "1000000")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new java.io.InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8))) {
                int deliveries = random.nextInt(1, 200);
                for (int line = 0; line < deliveries; line++) {
                    assertThat(out.readLine()).isNotNull();
                }
                long spin = System.nanoTime() + random.nextInt(3_000_000);
                while (System.nanoTime() < spin) {
                    Thread.onSpinWait();
                }
            } finally {
                p.destroyForcibly().waitFor();
            }
            Path ready = home.resolve("ready");
            var delivered = new TreeMap<String, Integer>();
            for (String name : tree(ready)) {
                if (!name.startsWith(".")) {
                    delivered.merge(name.replaceFirst("/.*", ""), 1, Integer::sum);
                }
            }
            assertThat(delivered.values()).containsOnly(1 + DeliverForever.FILES);
            try (Workdirs dirs = Workdirs.open(home.resolve("base").toString())) {
                Swept swept = dirs.sweep(_ -> false);
                assertThat(swept.problems()).isEmpty();
                left += swept.removed();
            }
            assertThat(tree(home.resolve("base"))).containsExactly("films", "films/.holdfast-queue");
            assertThat(tree(ready)).noneMatch(n -> n.contains(".partial-"));
        }
        assertThat(left).as("deaths in the middle of something").isPositive();
    }
}
