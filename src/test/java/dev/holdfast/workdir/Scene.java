package dev.holdfast.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A base of work directories in memory, a place for results on another file system, and something outside of both. */
final class Scene implements AutoCloseable {
    static final int USER = 54_321;
    static final Place PLACE = new Place("films", "7", 1);
    private static final Path MEMORY = Path.of("/dev/shm");

    final Path fast;
    final Path outside;
    final Workdirs dirs;
    final Owner owner;

    Scene() throws IOException {
        assumeTrue(Files.isWritable(MEMORY), "no /dev/shm");
        fast = Files.createTempDirectory(MEMORY, "holdfast-workdir-");
        run("chmod", "755", fast.toString());
        outside = Files.createDirectory(fast.resolve("outside"));
        Files.createDirectory(outside.resolve("inner"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.writeString(outside.resolve("inner/deep"), "deep");
        dirs = Workdirs.open(fast.resolve("base").toString());
        owner = owner();
    }

    /** As whom jobs run: another user where we are root, else we. */
    static Owner owner() {
        boolean root = Handles.user() == 0;
        int uid = root ? USER : Handles.user();
        int gid = root ? USER : Handles.group();
        return new Owner(uid, gid, List.of(gid));
    }

    static void assumeRoot(String why) {
        assumeTrue(Handles.user() == 0, "needs root: " + why);
    }

    Path made(Place place) throws IOException {
        return Path.of(dirs.make(place, 0700, owner));
    }

    Path made() throws IOException {
        return made(PLACE);
    }

    Path ready() throws IOException {
        return Files.createDirectories(fast.resolve("ready"));
    }

    /** A file of the job's user. */
    Path write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return own(file);
    }

    Path dir(Path directory) throws IOException {
        return own(Files.createDirectory(directory));
    }

    Path own(Path file) throws IOException {
        Descriptors.own(file.toString(), owner.uid(), owner.gid());
        return file;
    }

    /** Opened as nobody but tests may: by path. */
    static Directory open(Path path) throws IOException {
        return Way.open(path.toString(), Way.Demand.ANY, false).directory();
    }

    static byte[] name(String name) {
        return Text.bytes(name);
    }

    /** Nothing outside was touched. */
    void outsideIsWhole() throws IOException {
        assertThat(tree(outside)).containsExactly("inner", "inner/deep", "secret");
        assertThat(outside.resolve("secret")).hasContent("secret");
        assertThat(Files.getAttribute(outside, "unix:uid")).isEqualTo(Handles.user());
        assertThat(Files.getAttribute(outside.resolve("inner"), "unix:uid")).isEqualTo(Handles.user());
        assertThat((int) Files.getAttribute(outside, "unix:mode") & 0777).isEqualTo(0755);
    }

    static List<String> tree(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            return all.skip(1)
                    .map(p -> top.relativize(p).toString())
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    static boolean run(String... command) throws IOException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            p.getOutputStream().close();
            p.getInputStream().readAllBytes();
            return p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        dirs.close();
        run("rm", "-rf", fast.toString());
    }
}
