package dev.holdfast.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Handles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is never touched. */
class RefusalTest extends CleanerScript {
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
}
