package dev.holdfast.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Holdfast's classes in one jar, with an archive of the JVM (CDS) of those that a daemon and its command line load: the tests
 * start some thousand of them, and without it most of the time goes into loading classes. The archive takes jars alone.
 */
public final class Packed {
    private static final String MAIN = "dev/holdfast/daemon/Main.class";
    private static final String DAEMON = """
            version: 1
            processes:
              again: { command: ["true"], restart: { policy: always, delay: 0s, jitter: 0% } }
              stays: { command: [sh, -c, "echo here; exec sleep 600"], health: { exec: { command: ["true"] }, period: 1s } }
            schedules:
              often: { every: 1s, command: [echo, here] }
            """;
    private static final String VERBS = """
            check FILE
            status
            status --json
            logs stays
            why stays
            plan
            cron list
            cron run often --wait
            down
            """;

    private static final Map<String, List<String>> KNOWN = new ConcurrentHashMap<>();

    private final Path dir;
    private final String classPath;

    private Packed(Path classes, List<String> others) {
        this.dir = classes.resolveSibling("packed");
        this.classPath =
                dir.resolve("holdfast.jar") + (others.isEmpty() ? "" : ":") + String.join(File.pathSeparator, others);
    }

    /** Options of a JVM that runs out of the classes at {@code path}: packed, if these are folders and jars. */
    public static List<String> options(String path) {
        return KNOWN.computeIfAbsent(path, Packed::found);
    }

    private static List<String> found(String path) {
        Path classes = null;
        var others = new ArrayList<String>();
        for (String part : path.split(File.pathSeparator, -1)) {
            Path p = Path.of(part);
            if (Files.isRegularFile(p)) {
                others.add(part);
            } else if (classes == null && Files.exists(p.resolve(MAIN))) {
                classes = p.toAbsolutePath();
            } else if (!Files.isDirectory(p)) {
                return List.of("-cp", path);
            }
        }
        if (classes == null) {
            return List.of("-cp", path);
        }
        var packed = new Packed(classes, others.stream().distinct().toList());
        try {
            packed.refresh(classes);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("no archive of classes for the daemons of the tests", e);
        }
        return packed.options();
    }

    private List<String> options() {
        // The archive's remarks must not mix into what a command prints.
        return List.of(
                "-XX:SharedArchiveFile=" + dir.resolve("classes.jsa"),
                "-Xlog:cds=off",
                "-Xlog:aot=off",
                "-cp",
                classPath);
    }

    private void refresh(Path classes) throws IOException, InterruptedException {
        Files.createDirectories(dir);
        try (FileChannel lock =
                        FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = lock.lock()) {
            Path stamp = dir.resolve("stamp");
            String wanted = newest(classes) + " " + System.getProperty("java.home") + " " + classPath;
            if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
                return;
            }
            Files.deleteIfExists(stamp);
            Files.deleteIfExists(dir.resolve("classes.jsa"));
            int code = ToolProvider.findFirst("jar")
                    .orElseThrow()
                    .run(
                            System.out,
                            System.err,
                            "-c",
                            "-0",
                            "-f",
                            dir.resolve("holdfast.jar").toString(),
                            "-C",
                            classes.toString(),
                            ".");
            if (code != 0) {
                throw new IOException("jar ended with " + code);
            }
            train();
            Files.writeString(stamp, wanted);
        }
    }

    private static FileTime newest(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            FileTime newest = FileTime.fromMillis(0);
            for (Path file : (Iterable<Path>) files::iterator) {
                FileTime t = Files.getLastModifiedTime(file);
                newest = t.compareTo(newest) > 0 ? t : newest;
            }
            return newest;
        }
    }

    /** Lists what one life of a daemon and of its command line load, and archives that. */
    private void train() throws IOException, InterruptedException {
        Path home = Files.createTempDirectory("hf-packed");
        Path file = home.resolve("holdfast.yaml");
        Path verbs = home.resolve("verbs");
        Files.writeString(file, DAEMON);
        Files.writeString(verbs, VERBS.replace("FILE", file.toString()));
        Process daemon = java(
                home,
                "-XX:DumpLoadedClassList=" + home.resolve("daemon.lst"),
                "dev.holdfast.daemon.Main",
                "up",
                file.toString());
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!Files.exists(home.resolve("run/holdfast.sock")) && daemon.isAlive() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            daemon.waitFor(100, TimeUnit.MILLISECONDS);
        }
        Process asked = java(
                home,
                "-XX:DumpLoadedClassList=" + home.resolve("cli.lst"),
                "dev.holdfast.daemon.Warmup",
                verbs.toString());
        ended(asked);
        daemon.destroy();
        ended(daemon);
        Path list = home.resolve("all.lst");
        // Each list numbers its classes by itself; numbers are needed only for those of other loaders, which are left
        // out.
        var known = new LinkedHashSet<String>();
        for (String of : List.of("daemon.lst", "cli.lst")) {
            for (String line : Files.readAllLines(home.resolve(of))) {
                if (!line.contains(" source: ")) {
                    known.add(line.replaceFirst(" id: \\d+.*", ""));
                }
            }
        }
        Files.write(list, known);
        ended(java(
                home,
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + dir.resolve("classes.jsa")));
        if (!Files.exists(dir.resolve("classes.jsa"))) {
            throw new IOException("none was written: see " + dir.resolve("train.log"));
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }

    private Process java(Path home, String... words) throws IOException {
        var command = new ArrayList<>(DaemonUnderTest.plainJava());
        command.add("-cp");
        command.add(classPath);
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        dir.resolve("train.log").toFile()));
        builder.environment().put("HOLDFAST_DIR", home.toString());
        return builder.start();
    }

    private void ended(Process p) throws IOException, InterruptedException {
        if (!p.waitFor(2, TimeUnit.MINUTES)) {
            p.destroyForcibly();
            throw new IOException("did not end: see " + dir.resolve("train.log"));
        }
    }
}
