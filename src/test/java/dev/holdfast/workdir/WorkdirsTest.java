package dev.holdfast.workdir;

import static dev.holdfast.workdir.Scene.PLACE;
import static dev.holdfast.workdir.Scene.assumeRoot;
import static dev.holdfast.workdir.Scene.run;
import static dev.holdfast.workdir.Scene.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On real file systems. */
@Timeout(120)
class WorkdirsTest {
    @TempDir
    Path tmp;

    private Scene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
    }

    @Test
    void makesADirectoryThatIsTheJobsAlone() throws IOException {
        Path made = scene.made();
        assertThat(made).isEqualTo(scene.fast.resolve("base/films/7.1")).isEmptyDirectory();
        assertThat(permissions(made)).isEqualTo("rwx------");
        assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(scene.owner.uid());
        assertThat(permissions(scene.fast.resolve("base/films"))).isEqualTo("rwx--x--x");
        assertThat(permissions(scene.fast.resolve("base"))).isEqualTo("rwx--x--x");
        Path open = Path.of(scene.dirs.make(new Place("films", "8", 1), 0750, scene.owner));
        assertThat(permissions(open)).isEqualTo("rwxr-x---");
        assertThatThrownBy(scene::made).hasMessageContaining("7.1: mkdir: file exists");
    }

    @Test
    void aJobsUserCannotSeeWhatOthersHaveThere() throws IOException {
        assumeRoot("to become another user");
        Path made = scene.made();
        List<String> as = List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "sh", "-c");
        assumeTrue(run("setpriv", "--version"), "no setpriv");
        String[] works = as(as, "cd " + made + " && touch x && ls");
        assertThat(run(works)).isTrue();
        assertThat(run(as(as, "ls " + made.getParent()))).isFalse();
        assertThat(run(as(as, "touch " + made.resolveSibling("y")))).isFalse();
    }

    private static String[] as(List<String> prefix, String script) {
        return java.util.stream.Stream.concat(prefix.stream(), java.util.stream.Stream.of(script))
                .toArray(String[]::new);
    }

    @Test
    void tellsWhichDirectoryKeepsTheUserOut() throws IOException {
        assumeRoot("to run jobs as another user");
        Path closed = Files.createDirectory(
                scene.fast.resolve("state"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Workdirs below = Workdirs.open(closed.resolve("jobs").toString())) {
            assertThatThrownBy(() -> below.make(PLACE, 0700, scene.owner))
                    .hasMessage(closed + " (mode 0700, uid 0, gid 0) keeps uid 54321 out");
            below.make(PLACE, 0700, new Owner(0, 0, List.of(0)));
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx--x---"));
            below.make(new Place("films", "9", 1), 0700, new Owner(54_321, 54_321, List.of(54_321, 0)));
        }
    }

    @Test
    void refusesABaseThatOthersCouldExchange() throws IOException {
        Path open = Files.createDirectory(scene.fast.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> Workdirs.open(open + "/jobs"))
                .hasMessage(open + " can be written by others (mode 0777)");
        assertThat(open).isEmptyDirectory();
        assertThatThrownBy(() -> Workdirs.open("relative")).hasMessageContaining("no absolute path");
        assertThatThrownBy(() -> Workdirs.open(open + "/../base")).hasMessageContaining("no absolute path");
        Path file = Files.createFile(scene.fast.resolve("file"));
        assertThatThrownBy(() -> Workdirs.open(file + "/jobs")).hasMessageContaining("not a directory");
        assertThatThrownBy(() -> Workdirs.open("/" + "x".repeat(300))).hasMessageContaining("too long");
    }

    @Test
    void refusesABaseOfAnotherUser() throws IOException {
        assumeRoot("to give a directory away");
        Path theirs = scene.own(Files.createDirectory(scene.fast.resolve("theirs")));
        assertThatThrownBy(() -> Workdirs.open(theirs.toString()))
                .hasMessage(theirs + " belongs to another user (uid 54321)");
        Path link = scene.own(Files.createSymbolicLink(scene.fast.resolve("link"), scene.outside));
        assertThatThrownBy(() -> Workdirs.open(link + "/jobs"))
                .hasMessage(link + " is a symbolic link that others could have put there");
    }

    @Test
    void followsTheLinksOfAnAdministrator() throws IOException {
        Path real = Files.createDirectories(scene.fast.resolve("real/deep"));
        Files.createSymbolicLink(scene.fast.resolve("real/up"), Path.of("../real/./deep"));
        Files.createSymbolicLink(scene.fast.resolve("absolute"), scene.fast.resolve("real"));
        try (Workdirs w = Workdirs.open(scene.fast + "/absolute/up/jobs")) {
            assertThat(w.path(PLACE)).isEqualTo(real + "/jobs/films/7.1");
        }
        Files.createSymbolicLink(scene.fast.resolve("loop"), Path.of("loop"));
        assertThatThrownBy(() -> Workdirs.open(scene.fast + "/loop/jobs"))
                .hasMessageContaining("too many levels of symbolic links");
    }

    @Test
    void leavesAloneWhatWasNotMadeForAQueue() throws IOException {
        Path base = scene.fast.resolve("base");
        Path photos = Files.createDirectories(base.resolve("photos/2024.1"));
        Files.createDirectories(scene.made().resolve("sub"));
        Files.createDirectories(base.resolve("films/not a job"));
        Path kept = scene.made(new Place("films", "8", 3));
        Swept swept = scene.dirs.sweep(p -> p.job().equals("8"));
        assertThat(swept).isEqualTo(new Swept(1, List.of()));
        assertThat(photos).exists();
        assertThat(kept).exists();
        assertThat(base.resolve("films/7.1")).doesNotExist();
        assertThat(base.resolve("films/not a job")).exists();
        assertThatThrownBy(() -> scene.made(new Place("photos", "1", 1)))
                .hasMessageContaining("photos is not empty, and was not made for a queue");
        assertThat(scene.dirs.remove(new Place("none", "1", 1)).none()).isTrue();
    }

    @Test
    void aNameThatCouldBeAPathIsNone() {
        for (String name : List.of("", ".", "..", "a/b", ".x", "a\n", "x".repeat(129))) {
            assertThatThrownBy(() -> new Place("q", name, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Place(name, "j", 1)).isInstanceOf(IllegalArgumentException.class);
        }
        var dotted = new Place("q", "a.2.b", 12);
        assertThat(Place.of("q", dotted.name())).contains(dotted);
        assertThat(Place.of("q", "a.0")).isEmpty();
    }

    @Test
    void seesToItThatTheQueueIsItsOwn() throws IOException {
        assumeRoot("to give a directory away");
        Path queue = scene.own(Files.createDirectory(scene.fast.resolve("base/films")));
        assertThatThrownBy(scene::made).hasMessageContaining("films is not ours alone");
        Files.delete(queue);
        Files.createSymbolicLink(queue, scene.outside);
        assertThatThrownBy(scene::made).hasMessageContaining("not a directory");
        assertThat(scene.dirs.sweep(_ -> false).removed()).isZero();
        scene.outsideIsWhole();
        assertThat(tree(scene.fast.resolve("base"))).containsExactly("films");
    }

    private static String permissions(Path p) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
    }
}
