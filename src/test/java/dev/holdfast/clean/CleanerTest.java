package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.CleanupSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CleanerTest extends CleanerScript {
    @Test
    void deletesDirectoriesWhoseNewestContentIsOld() throws IOException {
        tree.file("old/a/b", OLD, 10);
        tree.file("fresh/a/b", NEW, 10);
        tree.file("loose", OLD, 10);
        tree.ageDirectories(OLD);
        CleanupSpec spec = tree.spec()
                .what(CleanupSpec.What.DIRECTORIES)
                .olderThan(TWO_HOURS)
                .made();

        Cleaned done = tree.clean(spec);

        assertThat(done.problems()).isEmpty();
        assertThat(done.items()).singleElement().satisfies(i -> {
            assertThat(i.path()).isEqualTo(tree.root + "/old");
            assertThat(i.entries()).isEqualTo(3);
        });
        assertThat(done.entries()).isEqualTo(3);
        assertThat(done.bytes()).isGreaterThan(0);
        assertThat(tree.left()).containsExactly("fresh", "fresh/a", "fresh/a/b", "loose");
    }

    @Test
    void aDirectoryIsAsNewAsADirectoryInIt() throws IOException {
        tree.file("d/a/b", OLD, 10);
        tree.ageDirectories(OLD);
        Tree.age(tree.root.resolve("d/a"), NEW);

        Cleaned done = tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(done.count()).isZero();
    }

    @Test
    void deletesFilesAtAnyDepthAndNothingElse() throws IOException {
        tree.file("a/b/old.tmp", OLD, 10);
        tree.file("a/b/new.tmp", NEW, 10);
        tree.file("a/old.log", OLD, 10);
        tree.file("old.tmp", OLD, 10);
        Files.createSymbolicLink(tree.root.resolve("link.tmp"), tree.outside.resolve("secret"));
        Tree.age(tree.root.resolve("link.tmp"), OLD);
        Files.createSymbolicLink(tree.root.resolve("away"), tree.outside);

        Cleaned done = tree.clean(tree.spec()
                .what(CleanupSpec.What.FILES)
                .name("*.tmp")
                .olderThan(TWO_HOURS)
                .made());

        assertThat(done.problems()).isEmpty();
        assertThat(tree.left()).containsExactly("a", "a/b", "a/b/new.tmp", "a/old.log", "away", "link.tmp");
        assertThat(tree.outside.resolve("secret")).exists();
    }

    @Test
    void goesNoDeeperThanItMay() throws IOException {
        tree.file("1", OLD, 1);
        tree.file("d/2", OLD, 1);
        tree.file("d/e/3", OLD, 1);

        tree.clean(tree.spec()
                .what(CleanupSpec.What.FILES)
                .olderThan(TWO_HOURS)
                .maxDepth(2)
                .made());

        assertThat(tree.left()).containsExactly("d", "d/e", "d/e/3");
    }

    @Test
    void keepsTheNewestOfThoseThatMatchByName() throws IOException {
        for (int i = 1; i <= 5; i++) {
            tree.file("backup-" + i, Duration.ofDays(i), 10);
        }
        tree.file("other", Duration.ofDays(9), 10);

        tree.clean(tree.spec().name("backup-*").keepNewest(2).made());

        assertThat(tree.left()).containsExactly("backup-1", "backup-2", "other");
    }

    @Test
    void keepsTheNewestThoughAllAreOld() throws IOException {
        for (int i = 1; i <= 3; i++) {
            tree.file("d" + i + "/f", Duration.ofDays(i), 10);
            Tree.age(tree.root.resolve("d" + i), Duration.ofDays(i));
        }

        tree.clean(tree.spec().olderThan(TWO_HOURS).keepNewest(1).made());

        assertThat(tree.left()).containsExactly("d1", "d1/f");
    }

    @Test
    void deletesWhatIsLargerOnly() throws IOException {
        tree.file("small", OLD, 1000);
        tree.file("large", OLD, 5000);
        tree.file("d/1", OLD, 3000);
        tree.file("d/2", OLD, 3000);

        tree.clean(tree.spec().largerThan(4000).made());

        assertThat(tree.left()).containsExactly("small");
    }

    @Test
    void aNameMatchesWholeAndADotOnlyIfWritten() throws IOException {
        tree.file("a.tmp", OLD, 1);
        tree.file("a.tmpx", OLD, 1);
        tree.file(".a.tmp", OLD, 1);

        tree.clean(tree.spec().name("*.tmp").olderThan(TWO_HOURS).made());

        assertThat(tree.left()).containsExactly(".a.tmp", "a.tmpx");
    }

    @Test
    void changedMeansWhatNobodyCanSetBack() throws IOException {
        tree.file("set-back", Duration.ofDays(4000), 10);

        Cleaned done = tree.clean(tree.spec()
                .what(CleanupSpec.What.FILES)
                .olderThan(Duration.ofDays(3650))
                .changed()
                .made());

        assertThat(done.count()).isZero(); // it was changed just now, whatever it says
    }

    @Test
    void soManyThatNotAllAreKnownAtOnceGoInPieces() throws IOException {
        for (int i = 0; i < 2 * Look.AT_ONCE + 5; i++) {
            Tree.age(Files.createFile(tree.root.resolve("f" + i)), i == 77 ? NEW : OLD);
        }

        Cleaned done = tree.clean(tree.spec()
                .what(CleanupSpec.What.FILES)
                .keepNewest(3)
                .olderThan(TWO_HOURS)
                .made());

        assertThat(done.problems()).isEmpty();
        assertThat(done.count()).isEqualTo(2 * Look.AT_ONCE + 2);
        assertThat(done.notes()).singleElement().asString().contains("in pieces");
        assertThat(tree.left()).hasSize(3).contains("f77");
    }

    @Test
    void whatLiesTooDeepIsToldAndCostsNothing() throws IOException {
        Path deep = tree.root;
        for (int i = 0; i < Look.MOST_DEPTH + 20; i++) {
            deep = deep.resolve("d");
        }
        Files.createDirectories(deep);
        Tree.age(Files.createFile(deep.resolve("f")), OLD);
        tree.file("d/g", OLD, 1);

        Cleaned files = tree.clean(
                tree.spec().what(CleanupSpec.What.FILES).olderThan(TWO_HOURS).made());
        Cleaned whole = tree.clean(tree.spec().olderThan(Duration.ofSeconds(1)).made());

        assertThat(files.count()).isEqualTo(1);
        assertThat(files.notes()).singleElement().asString().contains("directories deep");
        assertThat(whole.count()).isZero();
        assertThat(whole.notes()).singleElement().asString().contains("directories deep");
    }

    @Test
    void aDirectoryThatWasChangedLastItselfGoesToo() throws IOException {
        tree.file("d/f", OLD, 1);
        tree.ageDirectories(OLD); // sets its change time, after that of what is in it
        CleanupSpec spec = tree.spec().changed().olderThan(TWO_HOURS).made();

        assertThat(tree.dryRun(spec).count()).isEqualTo(1);
        Cleaned done = tree.clean(spec);

        assertThat(done.notes()).isEmpty();
        assertThat(done.count()).isEqualTo(1);
        assertThat(tree.left()).isEmpty();
    }

    /** Random trees and random cleanups: what a dry run lists, and nothing else, is what a run then deletes. */
    @Test
    void aDryRunListsExactlyWhatARunDeletes() throws IOException {
        for (int seed = 0; seed < Integer.getInteger("holdfast.clean.trees", 60); seed++) {
            try (var random = new Tree()) {
                var r = new Random(seed);
                grow(random, r);
                CleanupSpec spec = spec(random, r);
                List<String> before = random.left();

                Cleaned told = random.dryRun(spec);
                assertThat(random.left()).as("seed %d", seed).isEqualTo(before);
                Cleaned done = random.clean(spec);

                assertThat(done.problems()).as("seed %d", seed).isEmpty();
                assertThat(done.items()).as("seed %d", seed).isEqualTo(told.items());
                assertThat(done.bytes()).as("seed %d", seed).isEqualTo(told.bytes());
                assertThat(done.entries()).as("seed %d", seed).isEqualTo(told.entries());
                List<String> gone = told.items().stream()
                        .map(i -> random.root.relativize(Path.of(i.path())).toString())
                        .toList();
                List<String> left = before.stream()
                        .filter(p -> gone.stream().noneMatch(g -> p.equals(g) || p.startsWith(g + "/")))
                        .toList();
                assertThat(random.left()).as("seed %d", seed).isEqualTo(left);
            }
        }
    }
}
