package dev.holdfast.chaos;

import dev.holdfast.testbed.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where it happens: directories, and small disks under the state and the logs in a mount namespace of their own, which
 * ends with the process that holds it. {@code holder} is that process.
 *
 * @param home as everybody names it
 * @param clock empty: there is only the host's
 * @param marks where actors note what they do, on a disk that is never full
 */
record Grounds(Path home, Path marks, String mark, Process holder, int port, Optional<Clock> clock)
        implements AutoCloseable {
    private static final int PORTS = 3;

    static Grounds in(Path home, String mark) throws IOException, InterruptedException {
        for (String dir : List.of("state", "log", "big", "ready", "tmp", "bin", "marks")) {
            Files.createDirectories(home.resolve(dir));
        }
        try (var actor = Grounds.class.getResourceAsStream("actor.pl")) {
            Files.copy(java.util.Objects.requireNonNull(actor), home.resolve("bin/actor.pl"));
        }
        // Everybody bears this name, those who are none of Holdfast's as well.
        Files.createSymbolicLink(home.resolve("bin/chaos-actor"), Path.of("/usr/bin/perl"));
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=64m,mode=0755 chaos \"$1/state\""
                                + " && mount -t tmpfs -o size=6m,mode=0755 chaos \"$1/log\" && echo there"
                                + " && exec sleep infinity",
                        "sh",
                        home.toString())
                .redirectError(home.resolve("holder.err").toFile())
                .start();
        if (!"there".equals(holder.inputReader().readLine())) {
            holder.waitFor(10, TimeUnit.SECONDS);
            throw new IOException("no mount namespace: " + Files.readString(home.resolve("holder.err")));
        }
        return new Grounds(home, home.resolve("marks"), mark, holder, Ports.free(PORTS), Clock.in(home));
    }

    int apiPort() {
        return port;
    }

    int metricsPort() {
        return port + 1;
    }

    int servePort() {
        return port + 2;
    }

    /** A file below home, as the daemon sees it, for this JVM, which sees other disks. */
    Path within(String file) {
        return Path.of("/proc", Long.toString(holder.pid()), "root")
                .resolve(home.resolve(file).toString().substring(1));
    }

    /** A command where the small disks are. */
    List<String> command(List<String> command) {
        var all = new ArrayList<>(List.of("nsenter", "--mount=/proc/" + holder.pid() + "/ns/mnt", "--"));
        all.addAll(command);
        return all;
    }

    /** To the last byte; what is there already stays. */
    void fill(String disk) throws IOException {
        Path filler = within(disk).resolve("filler");
        for (int piece : new int[] {65536, 1}) {
            try (OutputStream out =
                    Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(new byte[piece]);
                }
            } catch (IOException full) {
                // As it is meant to be.
            }
        }
    }

    void makeRoom(String disk) throws IOException {
        Files.deleteIfExists(within(disk).resolve("filler"));
    }

    /** An empty disk over what is there; those who have files of it open keep them. */
    void cover(String disk) throws IOException, InterruptedException {
        run(command(List.of(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=4m",
                "chaos",
                home.resolve(disk).toString())));
    }

    void uncover(String disk) throws IOException, InterruptedException {
        run(command(List.of("umount", "-l", home.resolve(disk).toString())));
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (p.waitFor() != 0) {
            throw new IOException(command + ": " + said);
        }
    }

    @Override
    public void close() throws IOException {
        holder.destroyForcibly();
    }
}
