package dev.holdfast.workdir;

import static dev.holdfast.workdir.Scene.PLACE;
import static dev.holdfast.workdir.Scene.USER;
import static dev.holdfast.workdir.Scene.assumeRoot;
import static dev.holdfast.workdir.Scene.run;
import static dev.holdfast.workdir.Scene.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Handles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DeliveryTest {
    @TempDir
    Path tmp;

    private Scene scene;
    private Path made;
    private Path ready;

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
        made = scene.made();
        ready = scene.ready();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
    }

    @Test
    void movesWhatIsMeantWithItsPath() throws IOException {
        Path film = scene.write(made.resolve("film [x].mp4"), "film");
        Object inode = Files.getAttribute(film, "unix:ino");
        Path sub = scene.dir(made.resolve("sub"));
        Files.setPosixFilePermissions(sub, PosixFilePermissions.fromString("rwxr-x---"));
        scene.write(sub.resolve(".hidden"), "h");
        scene.dir(scene.dir(sub.resolve("deeper")).resolve("empty"));
        scene.write(made.resolve(".part"), "p");
        assertThat(delivered("*", "7")).isEqualTo(new Delivery.Done(2, 5, false, ""));
        assertThat(tree(ready))
                .containsExactly("7", "7/film [x].mp4", "7/sub", "7/sub/.hidden", "7/sub/deeper", "7/sub/deeper/empty");
        assertThat(ready.resolve("7/film [x].mp4")).hasContent("film");
        assertThat(Files.getAttribute(ready.resolve("7/film [x].mp4"), "unix:ino"))
                .isEqualTo(inode);
        assertThat(mode(ready.resolve("7"))).isEqualTo("0755");
        assertThat(mode(ready.resolve("7/sub"))).isEqualTo("0750");
        assertThat(Files.getAttribute(ready.resolve("7/sub"), "unix:uid")).isEqualTo(scene.owner.uid());
        assertThat(Files.getAttribute(ready.resolve("7"), "unix:uid")).isEqualTo(scene.owner.uid());
        nothingIsLeftBehind();
    }

    @Test
    void keepsEveryByteOfAName() throws IOException {
        byte[] odd = {(byte) 0xFF, '\n', '[', (byte) 0xC3};
        try (Directory d = Scene.open(made)) {
            try (Fd fd = d.file(odd, Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)) {
                Handles.own(fd, scene.owner.uid(), scene.owner.gid());
            }
        }
        assertThat(delivered("*", "odd \u00e9")).isEqualTo(new Delivery.Done(1, 0, false, ""));
        try (Directory d = Scene.open(ready)) {
            try (Directory to = d.enter(Scene.name("odd \u00e9"))) {
                assertThat(to.status(odd)).isPresent();
            }
        }
    }

    @Test
    void refusesWhatIsMountedThere() throws IOException {
        assumeRoot("to mount");
        scene.write(made.resolve("film"), "film");
        Path mounted = scene.dir(made.resolve("mounted"));
        assumeTrue(run("mount", "--bind", scene.outside.toString(), mounted.toString()), "no mounts here");
        try {
            fails("mounted lies on another file system, which is mounted there");
            assertThat(delivered("film", "7")).isInstanceOf(Delivery.Done.class);
        } finally {
            run("umount", mounted.toString());
        }
        scene.outsideIsWhole();
    }

    @Test
    void leavesNothingWhereItsNoteCannotHaveItsName() throws IOException {
        Path base = scene.fast.resolve("base/films");
        Path taken = Files.createDirectory(base.resolve(".delivery-7.1"));
        try (Directory queue = Scene.open(base)) {
            assertThatThrownBy(() -> Staging.begin(queue, PLACE, ready + "/7")).hasMessageContaining("rename");
        }
        assertThat(base.resolve(".note-7.1")).doesNotExist();
        assertThat(tree(ready)).isEmpty();
        Files.delete(taken);
    }

    @Test
    void sweepsWhatWasBegunAndNothingThatHasItsName() throws IOException {
        scene.write(made.resolve("film"), "film");
        Path partial = ready.resolve(".7.partial-7.1");
        try (Directory queue = Scene.open(scene.fast.resolve("base/films"));
                Staging begun = Staging.begin(queue, PLACE, ready + "/7")) {
            Files.createFile(partial.resolve("half"));
            assertThat(begun.directory().status(Scene.name("half"))).isPresent();
        }
        assertThat(scene.dirs.sweep(PLACE::equals)).isEqualTo(new Swept(0, java.util.List.of()));
        assertThat(partial).exists();
        Path moved = Files.move(partial, ready.resolve("moved"));
        Files.createDirectory(partial);
        Files.createFile(partial.resolve("another's"));
        assertThat(scene.dirs.sweep(p -> !p.equals(PLACE)).problems())
                .singleElement(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .endsWith("it is another one now");
        assertThat(partial.resolve("another's")).exists();
        run("rm", "-r", partial.toString());
        Files.move(moved, partial);
        assertThat(scene.dirs.sweep(_ -> false)).isEqualTo(new Swept(1, java.util.List.of()));
        assertThat(ready).isEmptyDirectory();
        nothingIsLeftBehind();
    }

    @Test
    void aDeathBeforeTheNoteHasItsNameLeavesNothingToSay() throws IOException {
        Path queue = scene.fast.resolve("base/films");
        Files.writeString(queue.resolve(".note-" + PLACE.name()), "\0" + ready + "\0.7.partial-7.1");
        assertThat(scene.dirs.sweep(p -> p.equals(PLACE)).removed()).isZero();
        Files.delete(made);
        assertThat(scene.dirs.sweep(p -> !p.equals(PLACE))).isEqualTo(new Swept(1, java.util.List.of()));
        assertThat(ready).isEmptyDirectory();
        assertThat(queue.resolve(".note-" + PLACE.name())).doesNotExist();
    }

    @Test
    void severalAtOnceDoNotMeet() throws Exception {
        var failures = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        var threads = new java.util.ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            int first = 1000 * t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = first; i < first + 100; i++) {
                    var place = new Place("films", "job" + i, 1);
                    try {
                        scene.write(scene.made(place).resolve("film"), "film " + i);
                        Delivery d =
                                scene.dirs.deliver(place, scene.owner, Glob.of("*"), ready + "/many/" + i, () -> false);
                        if (!(d instanceof Delivery.Done)
                                || !Files.readString(ready.resolve("many/" + i + "/film"))
                                        .equals("film " + i)
                                || !scene.dirs.remove(place).none()) {
                            failures.add(d.toString());
                        }
                    } catch (IOException e) {
                        failures.add(e.toString());
                    }
                }
            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failures).isEmpty();
        nothingIsLeftBehind();
    }

    @Test
    void makesNoDirectoriesForNothing() throws IOException {
        scene.write(scene.dir(made.resolve("a")).resolve("x.txt"), "x");
        scene.write(scene.dir(made.resolve("b")).resolve("x.mp4"), "x");
        assertThat(delivered("*/*.mp4", "new/parents/7")).isInstanceOf(Delivery.Done.class);
        assertThat(tree(ready))
                .containsExactly("new", "new/parents", "new/parents/7", "new/parents/7/b", "new/parents/7/b/x.mp4");
        assertThat(mode(ready.resolve("new/parents"))).isEqualTo("0755");
    }

    @Test
    void copiesToAnotherFileSystem() throws IOException {
        assumeFalse(Files.getFileStore(tmp).equals(Files.getFileStore(made)), "one file system");
        ready = tmp.toRealPath();
        Path film = scene.write(made.resolve("film"), "film");
        Files.setLastModifiedTime(film, FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));
        Files.setPosixFilePermissions(film, PosixFilePermissions.fromString("r--r-----"));
        scene.write(scene.dir(made.resolve("sub")).resolve("big"), "b".repeat(3 << 20));
        Path sparse = made.resolve("sparse");
        try (var f = new RandomAccessFile(sparse.toFile(), "rw")) {
            f.seek(1L << 35);
            f.write("end".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            f.setLength(1L << 36);
        }
        scene.own(sparse);
        assertThat(delivered("*", "7")).isEqualTo(new Delivery.Done(3, 4 + (3 << 20) + (1L << 36), true, ""));
        Path there = ready.resolve("7/film");
        assertThat(there).hasContent("film");
        assertThat(mode(there)).isEqualTo("0440");
        assertThat(Files.getLastModifiedTime(there).toInstant()).isEqualTo("2001-02-03T04:05:06.789Z");
        assertThat(Files.getAttribute(there, "unix:uid")).isEqualTo(scene.owner.uid());
        assertThat(ready.resolve("7/sub/big")).hasSize(3 << 20);
        assertThat(Files.mismatch(made.resolve("sub/big"), ready.resolve("7/sub/big")))
                .isEqualTo(-1);
        assertThat(ready.resolve("7/sparse")).hasSize(1L << 36);
        try (var f = new RandomAccessFile(ready.resolve("7/sparse").toFile(), "r")) {
            f.seek(1L << 35);
            assertThat(f.read()).isEqualTo('e');
        }
        assertThat(film).exists();
        nothingIsLeftBehind();
    }

    @Test
    void refusesWhatLeadsElsewhere() throws IOException {
        scene.write(made.resolve("film"), "film");
        Path sub = scene.dir(made.resolve("sub"));
        Path link = Files.createSymbolicLink(sub.resolve("link\u0007"), Path.of("/etc/shadow"));
        assertThat(delivered("film", "1")).isInstanceOf(Delivery.Done.class);
        scene.write(made.resolve("film"), "film");
        fails("sub/link\\x07 is a symbolic link; only files and directories are delivered");
        Files.delete(link);
        Descriptors.mkfifo(sub.resolve("fifo").toString(), 0600, -1, -1);
        fails("sub/fifo is a FIFO; only files and directories are delivered");
        Files.delete(sub.resolve("fifo"));
        if (run("mknod", sub.resolve("zero").toString(), "c", "1", "5")) {
            fails("sub/zero is a device; only files and directories are delivered");
            Files.delete(sub.resolve("zero"));
        }
        assertThat(tree(ready)).containsExactly("1", "1/film");
        assertThat(tree(made)).containsExactly("film", "sub");
        nothingIsLeftBehind();
    }

    @Test
    void refusesALinkToAnothersFile() throws IOException {
        assumeRoot("to have files of two users");
        Files.createLink(made.resolve("mine"), scene.outside.resolve("secret"));
        fails("mine belongs to another user (uid 0) than the job's");
        assertThat(scene.dirs.deliver(
                        PLACE, new Owner(0, 0, java.util.List.of(0)), Glob.of("*"), ready + "/7", () -> false))
                .isInstanceOf(Delivery.Done.class);
    }

    @Test
    void dropsBitsThatGiveRights() throws IOException {
        Path film = scene.write(made.resolve("film"), "film");
        assertThat(run("chmod", "7755", film.toString())).isTrue();
        assertThat(delivered("*", "7")).isInstanceOf(Delivery.Done.class);
        assertThat(mode(ready.resolve("7/film"))).isEqualTo("0755");
    }

    @Test
    void nothingIsAFailure() throws IOException {
        scene.dir(made.resolve("empty"));
        scene.write(made.resolve(".part"), "x");
        fails("nothing to deliver: no file is meant by *");
        assertThat(ready).isEmptyDirectory();
    }

    @Test
    void comesInThePlaceOfWhatThisJobLeftAndOfNothingElse() throws IOException {
        Files.createDirectory(ready.resolve("7"));
        scene.write(made.resolve("film"), "first");
        assertThat(delivered("*", "7")).isEqualTo(new Delivery.Done(1, 5, false, ""));
        var again = new Place(PLACE.queue(), PLACE.job(), 2);
        scene.write(scene.made(again).resolve("film2"), "second");
        assertThat(scene.dirs.deliver(again, scene.owner, Glob.of("*"), ready + "/7", () -> false))
                .isEqualTo(new Delivery.Done(1, 6, false, "an earlier attempt's results were replaced"));
        assertThat(tree(ready)).containsExactly("7", "7/film2");
        var other = new Place(PLACE.queue(), "8", 1);
        scene.write(scene.made(other).resolve("film"), "third");
        assertThat(scene.dirs.deliver(other, scene.owner, Glob.of("*"), ready + "/7", () -> false))
                .isEqualTo(new Delivery.Failed(ready + "/7 is there already, is not empty, and is not of this job"));
        assertThat(tree(ready)).containsExactly("7", "7/film2");
        Files.createFile(ready.resolve("file"));
        assertThat(scene.dirs.deliver(other, scene.owner, Glob.of("*"), ready + "/file", () -> false))
                .isInstanceOf(Delivery.Failed.class);
        nothingIsLeftBehind();
    }

    @Test
    void followsNoLinkThatTheJobsUserMadeOnTheWay() throws IOException {
        assumeRoot("to have links of two users");
        scene.write(made.resolve("film"), "film");
        Path link = Files.createSymbolicLink(ready.resolve("link"), scene.outside);
        assertThat(delivered("*", "link/1")).isInstanceOf(Delivery.Done.class);
        assertThat(run("rm", "-r", scene.outside.resolve("1").toString())).isTrue();
        scene.write(made.resolve("film"), "film");
        scene.own(link);
        assertThat(delivered("*", "link/2"))
                .isEqualTo(new Delivery.Failed(link + " is a symbolic link that others could have put there"));
        scene.outsideIsWhole();
    }

    @Test
    void aFullDiskLeavesNothing() throws IOException {
        assumeRoot("to mount");
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "small", ready.toString()), "no mounts here");
        try {
            scene.write(made.resolve("a"), "a");
            scene.write(made.resolve("film"), "f".repeat(2 << 20));
            fails("write: no space left on device");
            assertThat(ready).isEmptyDirectory();
            Files.delete(made.resolve("film"));
            assertThat(delivered("*", "7")).isEqualTo(new Delivery.Done(1, 1, true, ""));
        } finally {
            run("umount", ready.toString());
        }
        nothingIsLeftBehind();
    }

    @Test
    void givesUpWhenAsked() throws IOException {
        scene.write(made.resolve("film"), "film");
        assertThat(scene.dirs.deliver(PLACE, scene.owner, Glob.of("*"), ready + "/7", () -> true))
                .isEqualTo(new Delivery.Failed("it was given up"));
        assertThat(ready).isEmptyDirectory();
        assertThat(scene.dirs.deliver(
                        PLACE, scene.owner, Glob.of("*"), ready + "/7", () -> !Files.exists(made.resolve("film"))))
                .as("all is there but for its name")
                .isEqualTo(new Delivery.Failed("it was given up"));
        assertThat(ready).isEmptyDirectory();
        scene.write(made.resolve("film"), "film");
        assertThat(scene.dirs.deliver(PLACE, scene.owner, Glob.of("*"), "ready", () -> false))
                .asInstanceOf(type(Delivery.Failed.class))
                .returns("ready is no absolute path without ..", Delivery.Failed::why);
    }

    @Test
    void deliversAsTheUserThatItIs() throws IOException {
        assumeRoot("to become another user");
        assumeTrue(run("setpriv", "--version"), "no setpriv");
        Path home = scene.own(Files.createDirectory(scene.fast.resolve("home")));
        String id = Integer.toString(USER);
        assertThat(run(
                        "setpriv",
                        "--reuid=" + id,
                        "--regid=" + id,
                        "--clear-groups",
                        DeliverForever.java(),
                        "-cp",
                        DeliverForever.classPath(),
                        "--enable-native-access=ALL-UNNAMED",
                        DeliverForever.class.getName(),
                        home.toString(),
                        "3"))
                .isTrue();
        assertThat(tree(home.resolve("ready"))).hasSize(3 * (1 + DeliverForever.FILES));
        assertThat(tree(home.resolve("base"))).containsExactly("films", "films/.holdfast-queue");
    }

    private Delivery delivered(String pattern, String to) {
        return scene.dirs.deliver(PLACE, scene.owner, Glob.of(pattern), ready + "/" + to, () -> false);
    }

    private void fails(String why) {
        assertThat(delivered("*", "7")).isEqualTo(new Delivery.Failed(why));
    }

    private void nothingIsLeftBehind() throws IOException {
        assertThat(tree(ready)).noneMatch(p -> p.contains(".partial-"));
        assertThat(tree(scene.fast.resolve("base"))).noneMatch(p -> p.contains("/.delivery-") || p.contains("/.note-"));
    }

    private static String mode(Path p) throws IOException {
        return "%04o".formatted((int) Files.getAttribute(p, "unix:mode") & 07777);
    }
}
