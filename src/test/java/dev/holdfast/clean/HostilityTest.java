package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CleanupSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Somebody who owns the tree exchanges directories for links to what lies outside, and moves them about, while it is
 * cleaned. Attackers begin with each cleaning and go on until it ends, so each round is a race; between them the tree is
 * made whole in peace.
 *
 * <p>{@code -Dholdfast.clean.rounds=100000} for long: once 100,000 rounds took 6.6 minutes on two cores with a load of 30 to
 * 80 (235 s of processor time): 4.8 million exchanges and moves, 674,277 entries deleted, 18,325 given back because they
 * were not what they had been, nothing outside touched. The naive cleaner deleted outside in round 40, and in round 223.
 */
class HostilityTest {
    private static final Duration OLD = Duration.ofHours(3);
    private static final List<CleanupSpec.What> WHAT = List.of(CleanupSpec.What.values());
    private static final String[] NAMES = {"a", "b", "c"};
    /** A few hundred races at most are needed for the naive one, on whatever machine. */
    private static final int NAIVE = 20_000;

    @Test
    void deletesNothingOutsideWhateverIsExchangedMeanwhile() throws Exception {
        int rounds = Integer.getInteger("holdfast.clean.rounds", 2_000);
        try (var tree = new Tree();
                var attack = new Attack(tree)) {
            List<String> outside = Tree.left(tree.outside);
            long deleted = 0;
            long kept = 0;
            for (int round = 0; round < rounds; round++) {
                grow(tree, round);
                CleanupSpec spec = tree.spec()
                        .what(WHAT.get(round % WHAT.size()))
                        .olderThan(Duration.ofHours(2))
                        .made();
                Cleaned done = attack.during(() -> tree.clean(spec));
                deleted += done.entries();
                kept += done.kept();
                assertThat(harmed(tree)).as("round %d", round).isFalse();
                if (round % 100 == 0) {
                    assertThat(Tree.left(tree.outside)).as("round %d", round).containsAll(outside);
                }
            }
            assertThat(Tree.left(tree.outside)).containsAll(outside);
            assertThat(Files.readString(tree.outside.resolve("secret"))).isEqualTo("secret");
            assertThat(deleted).as("the cleaner did its work").isGreaterThan(rounds / 4);
            assertThat(attack.moves()).as("and so did the attackers").isGreaterThan(rounds);
            System.out.println(
                    "rounds " + rounds + ", deleted " + deleted + ", kept " + kept + ", moves " + attack.moves());
        }
    }

    /** Else nobody would know whether the attack is one. */
    @Test
    void theSameAttackHasACleanerThatGoesByNamesDeleteOutside() throws Exception {
        try (var tree = new Tree();
                var attack = new Attack(tree)) {
            int round = 0;
            while (!harmed(tree) && round < NAIVE) {
                grow(tree, round++);
                attack.during(() -> {
                    naive(tree);
                    return true;
                });
            }
            assertThat(harmed(tree)).as("after %d rounds", round).isTrue();
            System.out.println("a naive cleaner deletes outside in round " + round);
        }
    }

    private static boolean harmed(Tree tree) {
        return !Files.exists(tree.outside.resolve("secret")) || !Files.exists(tree.outside.resolve("inner/deep"));
    }

    /** Looks, without following links, and then deletes what it saw, by its name. */
    private static void naive(Tree tree) throws IOException {
        List<Path> seen;
        try (var all = Files.walk(tree.root)) {
            seen = all.filter(p -> !p.equals(tree.root))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException | UncheckedIOException raced) {
            return;
        }
        for (Path p : seen) {
            try {
                Files.deleteIfExists(p);
            } catch (IOException raced) {
                // the next one
            }
        }
    }

    /** Two threads that exchange and move for as long as something else is done. */
    private static final class Attack implements AutoCloseable {
        private final Phaser rounds = new Phaser(3);
        private final AtomicLong moves = new AtomicLong();
        private final List<Thread> attackers;
        private volatile boolean going;
        private volatile boolean over;

        Attack(Tree tree) {
            Path aside = tree.base.resolve("aside");
            Path away = tree.base.resolve("away");
            var first = new Random(1);
            var second = new Random(2);
            attackers = List.of(
                    Thread.ofPlatform().daemon().start(() -> attack(() -> exchange(tree, aside, first), aside)),
                    Thread.ofPlatform().daemon().start(() -> attack(() -> move(tree, away, second), away)));
        }

        private void attack(Runnable one, Path own) {
            while (true) {
                rounds.arriveAndAwaitAdvance();
                if (over) {
                    return;
                }
                do {
                    one.run();
                    // Without a breath they keep the cleaner out by the directory's lock: longer rounds, no more races.
                    if (moves.incrementAndGet() % 4 == 0) {
                        LockSupport.parkNanos(20_000);
                    }
                } while (going);
                remove(own);
                rounds.arriveAndAwaitAdvance();
            }
        }

        <T> T during(Callable<T> work) throws Exception {
            going = true;
            rounds.arriveAndAwaitAdvance();
            try {
                return work.call();
            } finally {
                going = false;
                rounds.arriveAndAwaitAdvance();
            }
        }

        long moves() {
            return moves.get();
        }

        @Override
        public void close() {
            over = true;
            rounds.arriveAndAwaitAdvance();
            try {
                for (Thread t : attackers) {
                    t.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Old ones again, where there are none, as far as the attackers let us. Made elsewhere: we too might follow a link. */
    private static void grow(Tree tree, int round) throws IOException {
        for (String name : NAMES) {
            Path d = tree.base.resolve("nursery");
            Path file = d.resolve("sub/secret/deep" + round % 7);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[0]);
            for (Path p : List.of(file, d.resolve("sub/secret"), d.resolve("sub"), d)) {
                Tree.age(p, OLD);
            }
            try {
                Files.move(d, tree.root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException thereIsOne) {
                remove(d);
            }
        }
    }

    /** A directory, and then a link to outside under its name, and back. */
    private static void exchange(Tree tree, Path aside, Random r) {
        Path d = tree.root.resolve(NAMES[r.nextInt(NAMES.length)]);
        Path target = r.nextBoolean() ? d : d.resolve("sub");
        try {
            Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
            Files.createSymbolicLink(target, r.nextBoolean() ? tree.outside : tree.outside.resolve("inner"));
            if (r.nextBoolean()) {
                Tree.age(target, OLD);
            }
            Files.deleteIfExists(target);
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException raced) {
            remove(aside);
        }
    }

    /** Directories out of the tree and into one another, while somebody may be in them. */
    private static void move(Tree tree, Path away, Random r) {
        Path from = tree.root.resolve(NAMES[r.nextInt(NAMES.length)]).resolve("sub");
        Path to = r.nextBoolean()
                ? away
                : tree.root.resolve(NAMES[r.nextInt(NAMES.length)]).resolve("moved");
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            Files.move(to, from, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException raced) {
            remove(away);
        }
    }

    /** Never through a link. */
    private static void remove(Path path) {
        try {
            if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                try (var all = Files.list(path)) {
                    all.forEach(HostilityTest::remove);
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException | UncheckedIOException raced) {
            return;
        }
    }
}
