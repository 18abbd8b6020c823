package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.Text;
import dev.holdfast.workdir.Way;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CleanerTest {
    private static final Duration OLD = Duration.ofHours(3);
    private static final Duration NEW = Duration.ofHours(1);
    private static final Duration TWO_HOURS = Duration.ofHours(2);

    private Tree tree;

    @BeforeEach
    void plant() throws IOException {
        tree = new Tree();
    }

    @AfterEach
    void fell() throws IOException {
        tree.close();
    }

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
    void aLinkGoesItselfNeverWhatItLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(tree.root.resolve("link"), tree.outside);
        Tree.age(link, OLD);

        Cleaned done = tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(done.count()).isEqualTo(1);
        assertThat(tree.left()).isEmpty();
        assertThat(Tree.left(tree.outside)).containsExactly("inner", "inner/deep", "secret");
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
    void leavesWhatAProcessHasOpen() throws IOException {
        assumeTrue(Handles.user() == 0, "only root sees what others have open");
        Path held = tree.file("d/held", OLD, 10);
        tree.file("e/free", OLD, 10);
        tree.ageDirectories(OLD);
        CleanupSpec spec = tree.spec().olderThan(TWO_HOURS).unused().made();

        try (var open = new RandomAccessFile(held.toFile(), "r")) {
            Cleaned done = tree.clean(spec);
            assertThat(done.problems()).isEmpty();
            assertThat(open.read()).isZero();
            assertThat(tree.left()).containsExactly("d", "d/held");
        }
        tree.clean(spec);
        assertThat(tree.left()).isEmpty();
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
    void aPatternInThePathStandsForDirectoriesNotForLinks() throws IOException {
        tree.file("one/tmp/old", OLD, 1);
        tree.file("two/tmp/old", OLD, 1);
        Files.createSymbolicLink(tree.root.resolve("three"), tree.outside);
        Files.createDirectory(tree.outside.resolve("tmp"));
        Path outside = Files.writeString(tree.outside.resolve("tmp/old"), "x");
        Tree.age(outside, OLD);
        var spec = new Tree.Spec(tree.root + "/*/tmp").olderThan(TWO_HOURS);

        Cleaned done = tree.clean(spec.made());

        assertThat(done.directories()).containsExactlyInAnyOrder(tree.root + "/one/tmp", tree.root + "/two/tmp");
        assertThat(done.count()).isEqualTo(2);
        assertThat(outside).exists();
    }

    @Test
    void whatIsNotThereIsNoFailure() {
        Cleaned done = tree.clean(
                new Tree.Spec(tree.root + "/none").olderThan(TWO_HOURS).made());

        assertThat(done.done()).isTrue();
        assertThat(done.notes()).containsExactly(tree.root + "/none is not there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/home", "/usr", "/usr/lib/jvm", "/etc", "/var", "/boot", "/proc", "/proc/self", "/dev"})
    void refusesSystemDirectoriesWhateverTheSpecSays(String path) {
        assumeTrue(Files.isDirectory(Path.of(path)), "no " + path + " here");
        Cleaned done = tree.dryRun(new Tree.Spec(path).olderThan(TWO_HOURS).made());

        assertThat(done.done()).isFalse();
        assertThat(done.count()).isZero();
        assertThat(done.problems().getFirst()).contains("system directory");
    }

    @Test
    void refusesASystemDirectoryUnderAnotherName() throws IOException {
        Path link = Files.createSymbolicLink(tree.root.resolve("harmless"), Path.of("/usr/share"));

        Cleaned done =
                tree.dryRun(new Tree.Spec(link.toString()).olderThan(TWO_HOURS).made());

        assertThat(done.problems()).singleElement().asString().contains("system directory /usr/share");
    }

    @Test
    void holdfastsOwnDirectoriesStay() throws IOException {
        tree.file("holdfast/state/journal", OLD, 1);
        tree.file("other/x", OLD, 1);
        tree.ageDirectories(OLD);
        Path own = tree.root.resolve("holdfast/state");

        Cleaned done = tree.cleaner(own).clean(tree.spec().olderThan(TWO_HOURS).made(), false, () -> false);

        assertThat(done.notes()).singleElement().asString().contains("Holdfast's own is in it");
        assertThat(tree.left()).containsExactly("holdfast", "holdfast/state", "holdfast/state/journal");
        assertThat(tree.cleaner(own)
                        .clean(
                                new Tree.Spec(own.toString())
                                        .olderThan(TWO_HOURS)
                                        .made(),
                                false,
                                () -> false)
                        .problems())
                .singleElement()
                .asString()
                .contains("Holdfast's own");
    }

    /** What is written between the look and the removal comes back: here the writer acts as soon as it was looked at. */
    @Test
    void whatIsWrittenMeanwhileStays() throws IOException {
        Path written = tree.file("d1/f", OLD, 10);
        tree.file("d2/f", OLD, 10);
        Path exchanged = tree.file("plain", OLD, 10);
        tree.ageDirectories(OLD);
        var asked = new AtomicInteger();
        CleanupSpec spec = tree.spec().olderThan(TWO_HOURS).unused().made();
        assumeTrue(Handles.user() == 0, "only root sees what others have open");
        // Asked for each of the three that are looked at, then before the first is taken.
        var cleaner = tree.cleaner();
        Cleaned done = cleaner.clean(spec, false, () -> {
            if (asked.incrementAndGet() == 4) {
                try {
                    Files.writeString(written, "fresh");
                    Files.delete(exchanged);
                    Files.writeString(exchanged, "another");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
            return false;
        });

        assertThat(Files.readString(written)).isEqualTo("fresh");
        assertThat(Files.readString(exchanged)).isEqualTo("another");
        assertThat(done.kept()).isEqualTo(2);
        assertThat(tree.left()).containsExactly("d1", "d1/f", "plain");
    }

    @Test
    void aKilledCleaningGivesBackWhatItTook() throws IOException {
        tree.file("deep/er/f", NEW, 10);
        Way.End root = Way.open(tree.root.toString(), Way.Demand.ANY, false);
        try (Directory top = root.directory();
                Directory parent = Aside.reach(top, List.of(Text.bytes("deep"), Text.bytes("er")))) {
            Aside aside = Aside.make(top, () -> 42);
            aside.from(List.of(Text.bytes("deep"), Text.bytes("er")));
            assertThat(aside.take(parent, Text.bytes("f"))).isNotNegative();
            aside.directory().close(); // as the kernel does when a process is killed
        }
        assertThat(tree.root.resolve("deep/er/f")).doesNotExist();

        Cleaned done = tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(done.notes()).singleElement().asString().contains("came back");
        assertThat(tree.left()).containsExactly("deep", "deep/er", "deep/er/f");
    }

    @Test
    void aDirectoryThatAKilledCleaningHadBegunToRemoveGoes() throws IOException {
        tree.file("d/half", NEW, 10);
        Way.End root = Way.open(tree.root.toString(), Way.Demand.ANY, false);
        try (Directory top = root.directory()) {
            Aside aside = Aside.make(top, () -> 42);
            aside.from(List.of());
            long number = aside.take(top, Text.bytes("d"));
            assertThat(aside.doom(number)).isZero();
            aside.directory().close(); // as the kernel does when a process is killed
        }

        Cleaned done = tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(done.problems()).isEmpty();
        assertThat(tree.left()).isEmpty();
    }

    @Test
    void aDirectoryThatSomebodyOnlyCalledLikeOursKeepsWhatItHas() throws IOException {
        tree.file(".holdfast-clean-x/secret", NEW, 10);
        Files.setPosixFilePermissions(
                tree.root.resolve(".holdfast-clean-x"),
                java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));

        tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(tree.left()).containsExactly(".holdfast-clean-x", ".holdfast-clean-x/secret");
    }

    @Test
    void nobodyKeepsHisFilesByCallingThemLikeOurs() throws IOException {
        tree.file(".holdfast-clean-mine", OLD, 1);
        tree.file(".holdfast-from", OLD, 1);

        Cleaned done = tree.clean(tree.spec().olderThan(TWO_HOURS).made());

        assertThat(done.problems()).isEmpty();
        assertThat(tree.left()).isEmpty();
    }

    @Test
    void theLongestNameComesBackBesideOneThatTookItsPlace() throws IOException {
        String name = "a".repeat(255);
        tree.file(name, NEW, 1);
        Way.End root = Way.open(tree.root.toString(), Way.Demand.ANY, false);
        try (Directory top = root.directory();
                Aside aside = Aside.make(top, () -> 42)) {
            aside.from(List.of());
            long number = aside.take(top, Text.bytes(name));
            tree.file(name, NEW, 2);
            assertThat(aside.back(Aside.called(number), top, Text.bytes(name))).isTrue();
        }

        assertThat(tree.left())
                .hasSize(2)
                .contains(name)
                .allSatisfy(n -> assertThat(n).startsWith("a".repeat(200)));
    }

    @Test
    void theNewestStaysThoughItHasAnotherName() throws IOException {
        Path newest = tree.file("b-9", OLD, 1);
        Files.createLink(tree.root.resolve("latest"), newest);
        tree.file("b-8", OLD.plusHours(1), 1);

        tree.clean(tree.spec().keepNewest(1).made());

        assertThat(tree.left()).singleElement().asString().isIn("latest", "b-9");
        assertThat(tree.clean(tree.spec().keepNewest(1).made()).count()).isZero();
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
    void aSocketCountsAsUsed() throws IOException {
        assumeTrue(Handles.user() == 0, "only root sees what others have open");
        tree.file("plain", OLD, 1);
        Path beside = tree.root.resolve("s");
        Path inside = tree.dir("d", OLD).resolve("s");
        for (Path socket : List.of(beside, inside)) {
            try (var server = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
                server.bind(java.net.UnixDomainSocketAddress.of(socket));
            }
            Tree.age(socket, OLD);
        }
        tree.ageDirectories(OLD);

        tree.clean(tree.spec().olderThan(TWO_HOURS).unused().made());

        assertThat(tree.left()).containsExactly("d", "d/s", "s");
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

    @Test
    void twoCleaningsAtOnceLeaveEachOtherAlone() throws Exception {
        for (int i = 0; i < 300; i++) {
            tree.file("d" + i + "/f", OLD, 1);
        }
        tree.ageDirectories(OLD);
        CleanupSpec spec = tree.spec().olderThan(TWO_HOURS).made();
        var counts = new AtomicInteger();
        var threads = List.of(
                Thread.ofPlatform()
                        .start(() -> counts.addAndGet((int) tree.clean(spec).count())),
                Thread.ofPlatform()
                        .start(() -> counts.addAndGet((int) tree.clean(spec).count())));
        for (Thread t : threads) {
            t.join();
        }

        assertThat(counts.get()).isEqualTo(300);
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

    private static void grow(Tree tree, Random r) throws IOException {
        int n = r.nextInt(30);
        for (int i = 0; i < n; i++) {
            String path = "";
            for (int depth = r.nextInt(4); depth > 0; depth--) {
                path += "d" + r.nextInt(3) + "/";
            }
            tree.file(path + "f" + r.nextInt(8) + (r.nextBoolean() ? ".tmp" : ""), age(r), r.nextInt(9000));
        }
        try (var all = Files.walk(tree.root)) {
            for (Path p : all.filter(p -> r.nextInt(4) == 0).toList()) {
                if (Files.isDirectory(p)) {
                    Path link = p.resolve("link" + r.nextInt(100));
                    if (!Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(link, tree.outside);
                        Tree.age(link, age(r));
                    }
                }
            }
        }
        try (var all = Files.walk(tree.root)) {
            for (Path p : all.filter(Files::isDirectory)
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList()) {
                if (!Files.isSymbolicLink(p)) {
                    Tree.age(p, age(r));
                }
            }
        }
    }

    private static Duration age(Random r) {
        return Duration.ofMinutes(r.nextInt(300));
    }

    private static CleanupSpec spec(Tree tree, Random r) {
        Tree.Spec spec = tree.spec().what(List.of(CleanupSpec.What.values()).get(r.nextInt(3)));
        if (r.nextBoolean()) {
            spec.name(r.nextBoolean() ? "*.tmp" : "?1*");
        }
        if (r.nextInt(4) > 0) {
            spec.olderThan(Duration.ofMinutes(r.nextInt(300)));
        }
        if (r.nextInt(3) == 0) {
            spec.largerThan(r.nextInt(8000));
        }
        if (r.nextInt(3) == 0) {
            spec.keepNewest(1 + r.nextInt(3));
        }
        if (r.nextInt(5) == 0) {
            spec.maxDepth(1 + r.nextInt(3));
        }
        if (Handles.user() == 0 && r.nextInt(20) == 0) {
            spec.unused();
        }
        return spec.made();
    }
}
