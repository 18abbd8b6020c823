package dev.holdfast.workdir;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Directory;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.FileStatus;
import dev.holdfast.linux.FileStatus.Identity;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import dev.holdfast.linux.Text;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A directory beside the one in which results shall be, ours alone until they all are there. A note in the queue's directory
 * names it, so that it is found again whatever becomes of us.
 */
final class Staging implements AutoCloseable {
    private static final String NOTE = ".delivery-";
    private static final String UNFINISHED = ".note-";
    private static final int MOST_NOTE = 8192;
    private static final int LONGEST_NAME = 90;
    private static final int MOST_TRIES = 10;
    private static final int OURS = 0700;
    private static final int DELIVERED = 0755;
    /** The first one only root can set; the other one is for those that are not root. */
    private static final List<String> MARKS = List.of("trusted.holdfast.job", "user.holdfast.job");

    private final Directory queue;
    private final Place place;
    private final Way.End parent;
    private final byte[] target;
    private final byte[] name;
    private final Directory directory;
    private final FileStatus status;

    private Staging(Directory queue, Place place, Way.End parent, byte[] target, byte[] name) throws IOException {
        this.queue = queue;
        this.place = place;
        this.parent = parent;
        this.target = target;
        this.name = name;
        this.directory = parent.directory().enter(name);
        try {
            this.status = directory.status();
            directory.mode(OURS);
        } catch (Errno e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Makes it, and its note, durably.
     *
     * @param queue stays the caller's
     * @param to absolute; what is missing above it is made
     */
    static Staging begin(Directory queue, Place place, String to) throws IOException {
        List<byte[]> names = Way.names(to);
        if (names.isEmpty()) {
            throw new IOException("/ is there already");
        }
        byte[] target = names.removeLast();
        var above = new StringBuilder("/");
        names.forEach(n -> above.append(Text.of(n)).append('/'));
        Way.End parent = Way.open(above.toString(), Way.Demand.ANY, true);
        try {
            String stem = "." + cut(Text.of(target)) + ".partial-" + place.name();
            for (int i = 1; ; i++) {
                byte[] name = Text.bytes(i == 1 ? stem : stem + "-" + i);
                try {
                    note(queue, place, parent.path(), name, "");
                    parent.directory().make(name, OURS);
                } catch (Errno e) {
                    if (e.number() != Errno.EEXIST || i == MOST_TRIES) {
                        throw e;
                    }
                    continue;
                }
                var staging = new Staging(queue, place, parent, target, name);
                try {
                    note(queue, place, parent.path(), name, words(staging.status.identity()));
                } catch (Errno e) {
                    staging.abandon();
                    staging.directory.close();
                    throw e;
                }
                return staging;
            }
        } catch (IOException e) {
            parent.directory().close();
            throw e;
        }
    }

    private static String cut(String name) {
        String cut = name;
        while (Text.bytes(cut).length > LONGEST_NAME) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return cut;
    }

    private static String words(Identity i) {
        return i.device() + " " + i.inode() + " " + i.bornSeconds() + " " + i.bornNanos();
    }

    static Optional<Place> ofNote(String queue, String name) {
        return name.startsWith(NOTE)
                ? Place.of(queue, name.substring(NOTE.length()))
                : name.startsWith(UNFINISHED) ? Place.of(queue, name.substring(UNFINISHED.length())) : Optional.empty();
    }

    private static byte[] noteName(Place place) {
        return Text.bytes(NOTE + place.name());
    }

    /** Written under another name first: there is a whole one, or none. */
    private static void note(Directory queue, Place place, String parent, byte[] name, String identity) throws Errno {
        byte[] fresh = Text.bytes(UNFINISHED + place.name());
        queue.unlink(fresh);
        int flags = Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_EXCL;
        try (Fd fd = queue.file(fresh, flags, 0600)) {
            Descriptors.writeWhole(fd, Text.bytes(identity + "\0" + parent + "\0" + Text.of(name)));
            if (!identity.isEmpty()) { // else there is nothing in it yet that could be missed
                Handles.sync(fd);
            }
        } catch (Errno e) {
            queue.unlink(fresh); // on a full disk each attempt would leave one
            throw e;
        }
        int errno = queue.rename(fresh, queue, noteName(place), 0);
        if (errno != 0) {
            queue.unlink(fresh);
            throw new Errno("rename", errno);
        }
        if (!identity.isEmpty()) {
            queue.sync();
        }
    }

    Directory directory() {
        return directory;
    }

    /**
     * All is in it, and on disk but for this directory itself: gives it its name, in one step.
     *
     * @return what is to be said of an earlier delivery of this job; empty when there was none
     * @throws IOException with a reason for people; then it has not got that name
     */
    String finish(Owner owner) throws IOException {
        String job = place.queue() + "/" + place.job();
        for (String mark : MARKS) {
            if (Handles.mark(directory.fd(), mark, job)) {
                break;
            }
        }
        if (owner.uid() != status.uid() || owner.gid() != status.gid()) {
            directory.own(owner.uid(), owner.gid());
        }
        directory.mode(DELIVERED);
        directory.sync();
        Directory above = parent.directory();
        int errno = above.rename(name, above, target, 0);
        String remark = "";
        if (errno == Errno.ENOTEMPTY || errno == Errno.EEXIST) {
            remark = exchange(above, job);
        } else if (errno != 0) {
            throw new IOException(shown() + " cannot be made: " + Errno.text(errno));
        }
        Identity there = above.status(target).map(FileStatus::identity).orElse(null);
        if (!status.identity().equals(there)) {
            throw new IOException(shown() + " was exchanged by somebody while it was delivered");
        }
        above.sync();
        queue.unlink(noteName(place));
        return remark;
    }

    private String shown() {
        return Shown.text(parent.path().equals("/") ? "/" : parent.path() + "/") + Shown.name(target);
    }

    /** An earlier attempt of the same job had delivered before it was known to: these results come in their place. */
    private String exchange(Directory above, String job) throws IOException {
        Identity earlier;
        try (Directory there = above.enter(target)) {
            earlier = there.status().identity();
            if (MARKS.stream()
                    .noneMatch(
                            m -> Handles.mark(there.fd(), m).filter(job::equals).isPresent())) {
                throw new IOException(shown() + " is there already, is not empty, and is not of this job");
            }
        }
        note(queue, place, parent.path(), name, words(status.identity()) + "," + words(earlier));
        int errno = above.rename(name, above, target, Directory.RENAME_EXCHANGE);
        if (errno != 0) {
            throw new IOException(shown() + " of an earlier attempt cannot be replaced: " + Errno.text(errno));
        }
        Remains remains = Removal.remove(above, name, Removal.only(earlier));
        return "an earlier attempt's results were replaced"
                + (remains.none() ? "" : ", and could not all be removed: " + remains.words());
    }

    /** Removes it, and its note when nothing of it is left. */
    Remains abandon() {
        Remains remains = Removal.remove(parent.directory(), name, Removal.only(status.identity()));
        if (remains.none()) {
            queue.unlink(noteName(place));
        }
        return remains;
    }

    /** Removes what a note names, and then the note. */
    static Remains sweep(Directory queue, Place place) {
        var notes = new Remains.Notes();
        try {
            List<String> note = List.of(read(queue, noteName(place)).split("\0", -1));
            if (note.size() == 3) { // else it is no note, or we ended before it had its name: then nothing was made
                try (Directory parent =
                        Way.open(note.get(1), Way.Demand.ANY, false).directory()) {
                    // Without an identity there is nothing in it: we ended right after it was made.
                    byte[] name = Text.bytes(note.get(2));
                    List<String> ours = List.of(note.getFirst().split(",", -1));
                    Remains remains = note.getFirst().isEmpty()
                            ? empty(parent, name)
                            : Removal.remove(parent, name, s -> ours.contains(words(s.identity())));
                    if (!remains.none()) {
                        return remains;
                    }
                }
            }
        } catch (IOException e) {
            boolean parentGone = e.getCause() instanceof Errno errno && errno.number() == Errno.ENOENT;
            if (!parentGone) {
                notes.add(NOTE + place.name(), String.valueOf(e.getMessage()));
                return notes.remains();
            }
        }
        queue.unlink(noteName(place));
        queue.unlink(Text.bytes(UNFINISHED + place.name()));
        return notes.remains();
    }

    private static Remains empty(Directory parent, byte[] name) {
        var notes = new Remains.Notes();
        int errno = parent.rmdir(name);
        if (errno != 0 && errno != Errno.ENOENT && errno != Errno.ENOTEMPTY && errno != Errno.ENOTDIR) {
            notes.add(Shown.name(name), Errno.text(errno));
        }
        return notes.remains();
    }

    /** @return empty when there is none */
    private static String read(Directory queue, byte[] name) throws Errno {
        if (queue.status(name).isEmpty()) {
            return "";
        }
        try (Fd fd = queue.file(name, Descriptors.O_RDONLY | Descriptors.O_NONBLOCK, 0)) {
            NativeBuffer memory = NativeBuffer.allocate(MOST_NOTE);
            int n = Descriptors.read(fd, memory, 0, MOST_NOTE);
            if (n < 0) {
                throw new Errno("read", -n);
            }
            var bytes = new byte[n];
            memory.bytes().get(0, bytes);
            return Text.of(bytes);
        }
    }

    @Override
    public void close() {
        directory.close();
        parent.directory().close();
    }
}
