package dev.holdfast.workdir;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.DirectoryEntry;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Kind;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Directories of jobs: {@code BASE/QUEUE/JOB.ATTEMPT}. Base and queue directory are ours, let everybody through and nobody
 * look around. What programs make in theirs is taken for hostile: everything goes by open directories, name by name, never
 * through a symbolic link, onto another mount or up.
 *
 * <p>Thread-safe; calls take as long as what lies in a directory takes.
 */
public final class Workdirs implements AutoCloseable {
    /** Without it a directory is nobody's queue, whatever lies in it. */
    private static final byte[] MARK = Text.bytes(".holdfast-queue");

    private static final int THROUGH = 0711;
    private static final int PRIVATE = 0700;
    private static final int OTHERS_WRITE = 022;

    private final Directory base;
    private final String path;

    private Workdirs(Directory base, String path) {
        this.base = base;
        this.path = path;
    }

    /**
     * Opens the base, making what is missing. What was there keeps its mode.
     *
     * @param base absolute
     * @throws IOException with a reason for people: on its way lies what others could exchange, or it is not ours
     */
    public static Workdirs open(String base) throws IOException {
        Way.End end;
        try {
            end = Way.open(base, Way.Demand.TRUSTED, false);
        } catch (IOException e) {
            if (!(e.getCause() instanceof Errno missing) || missing.number() != Errno.ENOENT) {
                throw e;
            }
            end = Way.open(base, Way.Demand.TRUSTED, true);
            end.directory().mode(THROUGH);
        }
        if (end.directory().status().uid() != Handles.user()) {
            end.directory().close();
            throw new IOException(Shown.text(end.path()) + " is not ours");
        }
        return new Workdirs(end.directory(), end.path());
    }

    /** Where it is, or would be; without symbolic links. */
    public String path(Place place) {
        return (path.equals("/") ? "" : path) + "/" + place.queue() + "/" + place.name();
    }

    /**
     * Makes a fresh directory that belongs to a job's user.
     *
     * @param mode permission bits, such as 0700
     * @return its path
     * @throws IOException with a reason for people: it is there already (remove it first), or a directory above keeps that
     *     user out
     */
    public String make(Place place, int mode, Owner owner) throws IOException {
        if ((mode & ~0777) != 0) {
            throw new IllegalArgumentException("mode %o".formatted(mode));
        }
        byte[] name = Text.bytes(place.name());
        try (Directory queue = queue(place.queue(), true).orElseThrow()) {
            String why = Way.keepsOut(path + "/" + place.queue(), owner);
            if (!why.isEmpty()) {
                throw new IOException(why);
            }
            queue.make(name, PRIVATE);
            try (Directory made = queue.enter(name)) {
                FileStatus s = made.status();
                if (s.uid() != owner.uid() || s.gid() != owner.gid()) {
                    made.own(owner.uid(), owner.gid());
                }
                made.mode(mode);
            } catch (Errno e) {
                queue.rmdir(name);
                throw e;
            }
            return path(place);
        } catch (Errno e) {
            throw new IOException(Shown.text(path(place)) + ": " + e.getMessage(), e);
        }
    }

    /** @param make when it is missing; else it is empty then */
    private Optional<Directory> queue(String name, boolean make) throws IOException {
        byte[] bytes = Text.bytes(name);
        FileStatus s = base.status(bytes).orElse(null);
        if (s == null && !make) {
            return Optional.empty();
        }
        if (s == null) {
            try {
                base.make(bytes, PRIVATE);
            } catch (Errno e) {
                if (e.number() != Errno.EEXIST) { // else another thread was first
                    throw e;
                }
            }
        }
        Directory queue = base.enter(bytes);
        try {
            own(queue, Shown.text(path) + "/" + name);
            return Optional.of(queue);
        } catch (IOException e) {
            queue.close();
            throw e;
        }
    }

    /** Sees to it that it is ours, and marked. */
    private static void own(Directory queue, String shown) throws IOException {
        FileStatus s = queue.status();
        if (s.uid() != Handles.user() || (s.mode() & OTHERS_WRITE) != 0) {
            throw new IOException("%s is not ours alone (mode %04o, uid %d)".formatted(shown, s.mode(), s.uid()));
        }
        if (queue.status(MARK).isEmpty()) {
            try (Directory look = queue.listable()) {
                boolean empty = look.next(NativeBuffer.allocate(Directory.LISTING_BYTES))
                        .isEmpty();
                if (!empty && queue.status(MARK).isEmpty()) {
                    throw new IOException(shown + " is not empty, and was not made for a queue");
                }
            }
            queue.file(MARK, Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600).close();
        }
        if (s.mode() != THROUGH) {
            queue.mode(THROUGH);
        }
    }

    private Directory opened(Directory queue, Place place) throws IOException {
        try {
            return queue.enter(Text.bytes(place.name()));
        } catch (Errno e) {
            throw new IOException(Shown.text(path(place)) + ": " + e.getMessage(), e);
        }
    }

    private Directory queueOf(Place place) throws IOException {
        return queue(place.queue(), false)
                .orElseThrow(() -> new IOException(Shown.text(path(place)) + ": no such file or directory"));
    }

    /**
     * Counts what lies in it; one statx(2) for each entry. {@link Measured#again} says when to do so next.
     *
     * @param enough not further than to more than so many bytes
     * @param givenUp asked now and then; then it ends with what it has
     */
    public Measured measure(Place place, long enough, BooleanSupplier givenUp) throws IOException {
        try (Directory queue = queueOf(place)) {
            return Measured.of(opened(queue, place), enough, givenUp);
        }
    }

    /**
     * Moves what is meant into the directory {@code to}, which is there with all of it, on disk, or not at all, at any
     * moment and after any crash. Nothing of the job should run any more: who has a file open can go on writing it.
     *
     * <ul>
     *   <li>Files keep their path below the work directory, their owner, times and permissions, without setuid, setgid and
     *       sticky bits. Directories are the job's user's; {@code to} itself has mode 0755.
     *   <li>On the same file system files are renamed; else they are copied, and the originals stay until the work
     *       directory is removed.
     *   <li>If anything that is meant is neither file nor directory, or a file of another user than the job's (who may
     *       have linked to it; a job of root's may have such), nothing is delivered.
     *   <li>No file at all is a failure.
     *   <li>A failure that nobody provoked, such as a full disk, leaves the work directory as it was; what was renamed before
     *       somebody interfered, or it was given up, is gone.
     *   <li>An empty directory {@code to} is replaced; what an earlier attempt of this job delivered too. Any other is a
     *       failure. They are known by an extended attribute; on a file system without these a second delivery fails.
     *   <li>What is missing above {@code to} is made with mode 0755, as ours.
     *   <li>Symbolic links above {@code to} are followed where only root or we can have made them.
     * </ul>
     *
     * @param to absolute
     * @param givenUp asked for each file and each mebibyte, and last before all of it gets its name
     */
    public Delivery deliver(Place place, Owner owner, Glob files, String to, BooleanSupplier givenUp) {
        try (Directory queue = queueOf(place);
                Directory workdir = opened(queue, place)) {
            var delivering = new Delivering(owner, files, givenUp);
            if (delivering.look(workdir).files() == 0) {
                return new Delivery.Failed("nothing to deliver: no file is meant by " + Shown.text(files.toString()));
            }
            return deliver(queue, place, workdir, delivering, to, owner);
        } catch (IOException e) {
            return new Delivery.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static Delivery deliver(
            Directory queue, Place place, Directory workdir, Delivering delivering, String to, Owner owner)
            throws IOException {
        try (Staging staging = Staging.begin(queue, place, to)) {
            try {
                Delivering.Sum sum = delivering.move(workdir, staging.directory());
                if (sum.files() == 0) {
                    throw new IOException("nothing to deliver: it was taken away meanwhile");
                }
                delivering.goesOn();
                String remark = staging.finish(owner);
                return new Delivery.Done(sum.files(), sum.bytes(), sum.copied(), remark);
            } catch (IOException e) {
                Remains remains = staging.abandon();
                return new Delivery.Failed(e.getMessage()
                        + (remains.none() ? "" : "; and what was begun cannot be removed: " + remains.words()));
            }
        }
    }

    /** Removes it whole, as far as that can be. What is not there is gone. */
    public Remains remove(Place place) throws IOException {
        Optional<Directory> there = queue(place.queue(), false);
        if (there.isEmpty()) {
            return new Remains(List.of(), 0);
        }
        try (Directory queue = there.get()) {
            return Removal.remove(queue, Text.bytes(place.name()), _ -> true);
        }
    }

    /**
     * Removes directories, and deliveries that were begun, of all that {@code known} is not true of, in all queues that ever
     * had any here. What is not named like one, or lies in a directory that was not made for a queue, is left alone.
     *
     * @param known whether somebody still sees to it; must be true of one before its directory is made
     * @throws IOException when the base cannot be read
     */
    public Swept sweep(Predicate<Place> known) throws IOException {
        var problems = new ArrayList<String>();
        int removed = 0;
        try (Directory all = base.listable()) {
            for (String name : names(all)) {
                if (!Place.isQueue(name) || !isQueue(name)) {
                    continue;
                }
                try (Directory queue = queue(name, false).orElseThrow()) {
                    for (String inner : names(queue)) {
                        removed += sweep(queue, name, inner, known, problems);
                    }
                } catch (IOException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return new Swept(removed, List.copyOf(problems));
    }

    private boolean isQueue(String name) throws IOException {
        byte[] bytes = Text.bytes(name);
        if (base.status(bytes).filter(s -> s.kind() == Kind.DIRECTORY).isEmpty()) {
            return false;
        }
        try (Directory queue = base.enter(bytes)) {
            return queue.status(MARK).filter(s -> s.uid() == Handles.user()).isPresent();
        }
    }

    private int sweep(Directory queue, String of, String name, Predicate<Place> known, List<String> problems) {
        Optional<Place> begun = Staging.ofNote(of, name);
        Optional<Place> place = begun.isPresent() ? begun : Place.of(of, name);
        if (place.isEmpty() || known.test(place.get())) {
            return 0;
        }
        Remains remains = begun.isPresent()
                ? Staging.sweep(queue, place.get())
                : Removal.remove(queue, Text.bytes(name), _ -> true);
        if (remains.none()) {
            return 1;
        }
        problems.add(path(place.get()) + ": " + remains.words());
        return 0;
    }

    private static List<String> names(Directory directory) throws Errno {
        var names = new ArrayList<String>();
        NativeBuffer memory = NativeBuffer.allocate(Directory.LISTING_BYTES);
        for (List<DirectoryEntry> some = directory.next(memory); !some.isEmpty(); some = directory.next(memory)) {
            some.forEach(e -> names.add(Text.of(e.name())));
        }
        return names;
    }

    @Override
    public void close() {
        base.close();
    }
}
