package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Spawn;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** RUN/instances/ID: the record and the output FIFOs of each running instance. */
final class InstanceFiles {
    private static final int OWNER_ONLY = 0600;
    private static final int READ = Descriptors.O_RDONLY | Descriptors.O_NONBLOCK;

    private final Path root;

    InstanceFiles(Path runDir) throws IOException {
        this.root = Files.createDirectories(runDir.resolve("instances"));
    }

    /** What a new instance starts with; the writing ends are the child's, and ours only until it is spawned. */
    record Opened(Launch launch, Path dir, Fd stdoutRead, Fd stderrRead, Fd stdoutWrite, Fd stderrWrite) {
        Spawn spawn(Launch l, GateSlot slot) {
            var env = new LinkedHashMap<>(l.environment());
            env.put(TreeScan.VARIABLE, l.id().value());
            if (l.notifySocket()) {
                env.put("NOTIFY_SOCKET", dir.resolve(NotifySockets.FILE).toString());
            }
            Launch.IoPriority io = l.io();
            Identity who = l.identity();
            String cwd = l.workingDir();
            return new Spawn(
                    l.argv().getFirst(),
                    env.getOrDefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                    l.argv(),
                    env.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .toList(),
                    cwd != null ? cwd : "/",
                    l.umask(),
                    l.nice(),
                    io == null ? null : io.ioClass() << 13 | io.level(),
                    l.cpuAffinity(),
                    who == null ? null : who.uid(),
                    who == null ? -1 : who.gid(),
                    who == null ? List.of() : who.groups(),
                    stdoutWrite,
                    stderrWrite,
                    slot.hello(),
                    slot.gate());
        }

        void closeWriters() {
            stdoutWrite.close();
            stderrWrite.close();
        }
    }

    /** The reading ends of an adopted instance. */
    record Readers(Fd stdout, Fd stderr) {}

    Path dir(InstanceId id) {
        return root.resolve(id.value());
    }

    Opened create(Launch l) throws IOException {
        var open = new ArrayList<Fd>();
        try {
            return create(l, Files.createDirectory(dir(l.id())), open);
        } catch (IOException e) {
            open.forEach(Fd::close);
            delete(l.id());
            throw e;
        }
    }

    private static Fd kept(List<Fd> open, Fd fd) {
        open.add(fd);
        return fd;
    }

    /** @param open gets what is open already, should the next step fail */
    private static Opened create(Launch l, Path dir, List<Fd> open) throws IOException {
        Identity who = l.identity();
        int uid = who == null ? -1 : who.uid();
        int gid = who == null ? -1 : who.gid();
        return switch (l.output()) {
            case Launch.Output.Captured() -> {
                Path out = dir.resolve("out");
                Path err = dir.resolve("err");
                // The user's, so that a program may reopen /dev/stderr as nginx and PHP-FPM do.
                Descriptors.mkfifo(out, OWNER_ONLY, uid, gid);
                Descriptors.mkfifo(err, OWNER_ONLY, uid, gid);
                // Read-write in the child: the death of the reader must not be its SIGPIPE.
                yield new Opened(
                        l,
                        dir,
                        kept(open, Descriptors.open(out, READ, 0)),
                        kept(open, Descriptors.open(err, READ, 0)),
                        kept(open, Descriptors.open(out, Descriptors.O_RDWR, 0)),
                        kept(open, Descriptors.open(err, Descriptors.O_RDWR, 0)));
            }
            case Launch.Output.Given(Fd stdout, Fd stderr) ->
                new Opened(
                        l,
                        dir,
                        Descriptors.open(Path.of("/dev/null"), READ, 0),
                        Descriptors.open(Path.of("/dev/null"), READ, 0),
                        Descriptors.duplicate(stdout),
                        Descriptors.duplicate(stderr));
            case Launch.Output.Discarded() -> withoutCapture(l, dir, Path.of("/dev/null"), Path.of("/dev/null"));
            case Launch.Output.Inherited() ->
                withoutCapture(l, dir, Path.of("/proc/self/fd/1"), Path.of("/proc/self/fd/2"));
        };
    }

    private static Opened withoutCapture(Launch l, Path dir, Path out, Path err) throws IOException {
        Path nothing = Path.of("/dev/null");
        return new Opened(
                l,
                dir,
                Descriptors.open(nothing, READ, 0),
                Descriptors.open(nothing, READ, 0),
                Descriptors.open(out, Descriptors.O_RDWR, 0),
                Descriptors.open(err, Descriptors.O_RDWR, 0));
    }

    /** Whether its output goes through pipes. */
    boolean captures(InstanceId id) {
        return Files.exists(dir(id).resolve("out"));
    }

    Readers reopen(InstanceId id) throws IOException {
        Path dir = dir(id);
        return new Readers(
                Descriptors.open(dir.resolve("out"), READ, 0), Descriptors.open(dir.resolve("err"), READ, 0));
    }

    void record(InstanceRecord record) throws IOException {
        record.write(dir(record.id()));
    }

    /** All readable records; a directory without one is an instance that never began, and goes. */
    List<InstanceRecord> records() throws IOException {
        var records = new ArrayList<InstanceRecord>();
        try (DirectoryStream<Path> dirs = Files.newDirectoryStream(root)) {
            for (Path dir : dirs) {
                try {
                    records.add(InstanceRecord.read(dir));
                } catch (IOException none) {
                    delete(new InstanceId(dir.getFileName().toString()));
                }
            }
        }
        return records;
    }

    /** What cannot be deleted is left for the next start, which deletes directories without a record. */
    void delete(InstanceId id) {
        Path dir = dir(id);
        for (String name : List.of("record", "record.new", "out", "err", NotifySockets.FILE, NotifySockets.READY)) {
            deleteQuietly(dir.resolve(name));
        }
        deleteQuietly(dir);
    }

    private static boolean deleteQuietly(Path path) {
        try {
            return Files.deleteIfExists(path);
        } catch (IOException leftForTheNextStart) {
            return false;
        }
    }
}
