package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.Text;
import dev.holdfast.workdir.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a cleaning that was killed, or another at the same time, left behind. */
class RemainsTest extends CleanerScript {
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
}
