package dev.holdfast.workdir;

import static dev.holdfast.workdir.Scene.PLACE;
import static dev.holdfast.workdir.Scene.assumeRoot;
import static dev.holdfast.workdir.Scene.name;
import static dev.holdfast.workdir.Scene.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Handles;
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

/** What programs leave, on real file systems. */
@Timeout(120)
class RemovalTest {
    /** Whoever we are: the tests' own directory on the disk lets nobody else in. */
    private static final Owner US = new Owner(Handles.user(), Handles.group(), List.of());

    @TempDir
    Path tmp;

    private Scene scene;
    private Path made;

    @BeforeEach
    void open() throws IOException {
        scene = new Scene();
        made = scene.made();
    }

    @AfterEach
    void close() throws IOException {
        scene.close();
    }

    @Test
    void removesEverythingAProgramCanLeave() throws IOException {
        try (Directory d = Scene.open(made)) {
            for (byte[] odd : List.of(
                    new byte[] {(byte) 0xFF, (byte) 0xFE},
                    name("new\nline"),
                    name("-rf"),
                    name("\u001b[31m"),
                    name("x".repeat(255)),
                    name("*"))) {
                d.file(odd, Descriptors.O_WRONLY | Descriptors.O_CREAT, 0).close();
            }
            d.make(new byte[] {(byte) 0x80}, 0);
        }
        Files.createSymbolicLink(made.resolve("root"), Path.of("/"));
        Files.createSymbolicLink(made.resolve("out"), scene.outside);
        Files.createLink(made.resolve("hard"), scene.outside.resolve("secret"));
        Descriptors.mkfifo(made.resolve("fifo").toString(), 0600, -1, -1);
        try (var socket = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            socket.bind(java.net.UnixDomainSocketAddress.of(made.resolve("socket")));
        }
        run("mknod", made.resolve("null").toString(), "c", "1", "3");
        removed();
        scene.outsideIsWhole();
    }

    @Test
    void removesWhatOthersHaveShutAway() throws IOException {
        Path shut = scene.dir(scene.dir(made.resolve("a")).resolve("b"));
        scene.write(shut.resolve("file"), "x");
        for (Path p : List.of(shut, shut.getParent(), made)) {
            Files.setPosixFilePermissions(p, PosixFilePermissions.fromString("---------"));
        }
        removed();
    }

    @Test
    void removesTenThousandLevels() throws IOException {
        deep(made, 10_000);
        removed();
    }

    /** Each has a file, too. */
    static void deep(Path top, int levels) throws IOException {
        Directory d = Scene.open(top);
        for (int i = 0; i < levels; i++) {
            d.file(name("file"), Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)
                    .close();
            d.make(name("d"), 0700);
            Directory next = d.enter(name("d"));
            d.close();
            d = next;
        }
        d.close();
    }

    @Test
    void removesAHundredThousandFiles() throws IOException {
        many(made, 100_000);
        removed();
    }

    static void many(Path top, int files) throws IOException {
        try (Directory d = Scene.open(top)) {
            for (int i = 0; i < files; i++) {
                d.file(name("file" + i), Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)
                        .close();
            }
        }
    }

    @Test
    void removesAHundredThousandFilesOfADisk() throws IOException {
        try (Workdirs disk = Workdirs.open(tmp.toRealPath() + "/base")) {
            Path on = Path.of(disk.make(PLACE, 0700, US));
            many(on, 100_000);
            deep(on, 300);
            assertThat(disk.remove(PLACE)).isEqualTo(new Remains(List.of(), 0));
            assertThat(on).doesNotExist();
        }
    }

    @Test
    void tellsWhatIsImmutableAndRemovesTheRest() throws IOException {
        assumeRoot("to make a file immutable");
        try (Workdirs disk = Workdirs.open(tmp.toRealPath() + "/base")) {
            Path on = Path.of(disk.make(PLACE, 0700, US));
            Path a = Files.createDirectories(on.resolve("a/b"));
            Path stays = Files.createFile(a.resolve("stays\u001b"));
            Files.createFile(a.resolve("goes"));
            Files.createFile(on.resolve("goes"));
            assumeTrue(run("chattr", "+i", stays.toString()), "no chattr here");
            try {
                assertThat(disk.remove(PLACE))
                        .isEqualTo(new Remains(List.of("a/b/stays\\x1b: operation not permitted (immutable?)"), 1));
                assertThat(Scene.tree(on)).containsExactly("a", "a/b", "a/b/stays\u001b");
                assertThat(disk.sweep(_ -> false).problems()).hasSize(1);
            } finally {
                run("chattr", "-i", stays.toString());
            }
            assertThat(disk.sweep(_ -> false)).isEqualTo(new Swept(1, List.of()));
        }
    }

    @Test
    void doesNotGoOntoAnotherFileSystem() throws IOException {
        assumeRoot("to mount");
        Path mounted = Files.createDirectories(made.resolve("a/mounted"));
        Files.createFile(made.resolve("a/file"));
        assumeTrue(run("mount", "--bind", scene.outside.toString(), mounted.toString()), "no mounts here");
        try {
            assertThat(scene.dirs.remove(PLACE))
                    .isEqualTo(new Remains(List.of("a/mounted: another file system is mounted there"), 1));
            scene.outsideIsWhole();
            Measured measured = scene.dirs.measure(PLACE, Long.MAX_VALUE, () -> false);
            assertThat(measured.entries()).isEqualTo(2); // a, and where it is mounted
        } finally {
            run("umount", mounted.toString());
        }
        removed();
    }

    @Test
    void aDirectoryThatFillsWhileItIsRemovedIsRemoved() throws Exception {
        scene.dir(made.resolve("a"));
        Thread busy = Thread.ofPlatform().start(() -> {
            try (Directory a = Scene.open(made.resolve("a"))) {
                for (int i = 0; i < 2000 && !Thread.interrupted(); i++) {
                    a.make(name("late" + i), 0700);
                    a.file(name("file" + i), Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)
                            .close();
                }
            } catch (IOException removed) {
                return;
            }
        });
        try {
            removed();
        } finally {
            busy.interrupt();
            busy.join();
        }
    }

    private void removed() throws IOException {
        assertThat(scene.dirs.remove(PLACE)).isEqualTo(new Remains(List.of(), 0));
        assertThat(made).doesNotExist();
    }
}
