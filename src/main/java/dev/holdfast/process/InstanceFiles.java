package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * RUN/instances/ID: the record and the output FIFOs of each running instance. One directory is made ahead, when the loop
 * has time, and gets its name when it is needed; those of instances that are over serve again ({@link UsedFiles}).
 */
final class InstanceFiles implements AutoCloseable {
    private static final String SPARE = "spare";
    private static final String USED = "used-";
    private static final String OUT = "/out";
    private static final String ERR = "/err";
    static final int OWNER_ONLY = 0600;
    /** To read, but a writer all the same: a pipe that no program writes to any more would else wake its reader. */
    private static final int READ = Descriptors.O_RDWR | Descriptors.O_NONBLOCK;

    private static final int NEW = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_EXCL;
    private static final String NOTHING = "/dev/null";

    private final String root;
    private final UsedFiles used;
    private @Nullable Opened spare;

    InstanceFiles(Path runDir) throws IOException {
        this.root = Files.createDirectories(runDir.resolve("instances")).toString();
        this.used = new UsedFiles(root + "/" + USED);
    }

    /**
     * What a new instance starts with.
     *
     * @param stdoutRead null when nothing is captured, as stderrRead
     * @param stdoutWrite the child's, and ours only until it is spawned, as stderrWrite
     * @param record empty until the child is known
     */
    record Opened(
            String dir, @Nullable Fd stdoutRead, @Nullable Fd stderrRead, Fd stdoutWrite, Fd stderrWrite, Fd record) {
        /** All but the reading ends. */
        void closeWriters() {
            stdoutWrite.close();
            stderrWrite.close();
            record.close();
        }

        void close() {
            closeWriters();
            if (stdoutRead != null && stderrRead != null) {
                stdoutRead.close();
                stderrRead.close();
            }
        }

        Opened in(String renamed) {
            return new Opened(renamed, stdoutRead, stderrRead, stdoutWrite, stderrWrite, record);
        }
    }

    /** The reading ends of an adopted instance. */
    record Readers(Fd stdout, Fd stderr) {}

    String dir(InstanceId id) {
        return root + "/" + id.value();
    }

    /** @throws IOException which names what could not be made */
    Opened create(Launch l) throws IOException {
        String dir = dir(l.id());
        Opened again = used.again(l, dir);
        if (again != null) {
            return again;
        }
        Opened opened = l.output() instanceof Launch.Output.Captured ? renamed(dir) : withoutCapture(l, dir);
        Identity who = l.identity();
        if (who != null && opened.stdoutRead != null) {
            try {
                // The user's, so that a program may reopen /dev/stderr as nginx and PHP-FPM do.
                Descriptors.own(dir + OUT, who.uid(), who.gid());
                Descriptors.own(dir + ERR, who.uid(), who.gid());
            } catch (Errno e) {
                opened.close();
                delete(l.id());
                throw e;
            }
        }
        used.begun(l);
        return opened;
    }

    private Opened renamed(String dir) throws IOException {
        Opened ahead = spare;
        spare = null;
        if (ahead != null) {
            try {
                Descriptors.rename(ahead.dir, dir);
                return ahead.in(dir);
            } catch (Errno lost) {
                ahead.close(); // somebody deleted it: what follows tells whether that was all
            }
        }
        return made(dir);
    }

    /** Makes the next one while nobody waits for it. */
    void prepare() {
        if (spare != null) {
            return;
        }
        try {
            spare = made(root + "/" + SPARE);
        } catch (IOException saidWhenItIsNeeded) {
            spare = null;
        }
    }

    private static Opened made(String dir) throws IOException {
        var open = new ArrayList<Fd>();
        try {
            Descriptors.mkdir(dir);
            String out = dir + OUT;
            String err = dir + ERR;
            Descriptors.mkfifo(out, OWNER_ONLY, -1, -1);
            Descriptors.mkfifo(err, OWNER_ONLY, -1, -1);
            return opened(dir, NEW, open);
        } catch (IOException e) {
            open.forEach(Fd::close);
            delete(dir);
            throw e;
        }
    }

    /**
     * Opens what lies in a directory.
     *
     * @param record how its record is opened
     * @param open gets what could be opened, to be closed if it is not all
     */
    static Opened opened(String dir, int record, List<Fd> open) throws IOException {
        // Read-write in the child: the death of the reader must not be its SIGPIPE.
        return new Opened(
                dir,
                kept(open, Descriptors.open(dir + OUT, READ, 0)),
                kept(open, Descriptors.open(dir + ERR, READ, 0)),
                kept(open, Descriptors.open(dir + OUT, Descriptors.O_RDWR, 0)),
                kept(open, Descriptors.open(dir + ERR, Descriptors.O_RDWR, 0)),
                kept(open, Descriptors.open(dir + "/" + InstanceRecord.FILE, record, OWNER_ONLY)));
    }

    private static Fd kept(List<Fd> open, Fd fd) {
        open.add(fd);
        return fd;
    }

    private static Opened withoutCapture(Launch l, String dir) throws IOException {
        var open = new ArrayList<Fd>();
        try {
            Descriptors.mkdir(dir);
            for (int fd = 1; fd <= 2; fd++) {
                open.add(
                        switch (l.output()) {
                            case Launch.Output.Given(Fd out, Fd err) -> Descriptors.duplicate(fd == 1 ? out : err);
                            case Launch.Output.Discarded(), Launch.Output.Captured() ->
                                Descriptors.open(NOTHING, Descriptors.O_RDWR, 0);
                        });
            }
            Fd record = Descriptors.open(dir + "/" + InstanceRecord.FILE, NEW, OWNER_ONLY);
            return new Opened(dir, null, null, open.get(0), open.get(1), record);
        } catch (IOException e) {
            open.forEach(Fd::close);
            delete(dir);
            throw e;
        }
    }

    /** Whether its output goes through pipes. */
    boolean captures(InstanceId id) {
        return Files.exists(Path.of(dir(id) + OUT));
    }

    Readers reopen(InstanceId id) throws IOException {
        String dir = dir(id);
        return new Readers(Descriptors.open(dir + OUT, READ, 0), Descriptors.open(dir + ERR, READ, 0));
    }

    /**
     * All readable records; a directory without one is an instance that never began, and goes.
     *
     * @param warn told of each that cannot be read, unless it is known to be torn: it stays, for something may run by it
     */
    List<InstanceRecord> records(Consumer<String> warn) throws IOException {
        var records = new ArrayList<InstanceRecord>();
        try (DirectoryStream<Path> dirs = Files.newDirectoryStream(Path.of(root))) {
            for (Path dir : dirs) {
                try {
                    records.add(InstanceRecord.read(dir));
                } catch (IOException unreadable) {
                    if (neverBegan(dir)) {
                        delete(dir.toString());
                    } else {
                        warn.accept(
                                unreadable.getMessage() + ": it is left as it is, and what it tells of unsupervised");
                    }
                }
            }
        }
        return records;
    }

    private static boolean neverBegan(Path dir) {
        try {
            return !InstanceRecord.whole(dir);
        } catch (IOException unknown) {
            return false; // no descriptor left, a bad disk: that says nothing of the record
        }
    }

    /** A torn record is none. */
    void unrecord(InstanceId id) {
        Descriptors.unlink(dir(id) + "/" + InstanceRecord.FILE);
    }

    void delete(InstanceId id) {
        used.forget(id);
        delete(dir(id));
    }

    /** Nothing of the instance is left, and all it printed is kept. */
    void over(InstanceId id) {
        if (!used.keep(id, dir(id))) {
            delete(dir(id));
        }
    }

    /** What cannot be deleted is left for the next start, which deletes directories without a record. */
    static void delete(String dir) {
        Descriptors.unlink(dir + "/" + InstanceRecord.FILE);
        Descriptors.unlink(dir + OUT);
        Descriptors.unlink(dir + ERR);
        if (!Descriptors.rmdir(dir)) { // only some have these
            Descriptors.unlink(dir + "/" + NotifySockets.FILE);
            Descriptors.unlink(dir + "/" + NotifySockets.READY);
            Descriptors.rmdir(dir);
        }
    }

    @Override
    public void close() {
        used.close();
        Opened ahead = spare;
        spare = null;
        if (ahead != null) {
            ahead.close();
            delete(ahead.dir);
        }
    }
}
