package dev.holdfast.process;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.linux.Handles;
import dev.holdfast.linux.NativeBuffer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Directories of instances that are over, opened for the next ones of the same group and user: to make and delete four
 * inodes for each of a thousand jobs a second is much work, and on ext4, which goes around inodes deleted within the last
 * minute one by one, four milliseconds each.
 *
 * <p>Who kept a pipe of such an instance open would write into the next one's log. Nothing of an instance is left when its
 * directory comes here, so that could only be one of the same user whom it handed the pipe to, and who may as well open it
 * by its name.
 */
final class UsedFiles implements AutoCloseable {
    /** Each is five descriptors, which every child has to close. */
    private static final int MOST = 8;

    private static final int EMPTIED = Descriptors.O_WRONLY | Descriptors.O_TRUNC;

    /** Whose output may go the same way. */
    private record Kind(String group, int uid, int gid) {}

    private record Used(Kind kind, InstanceFiles.Opened files) {}

    private final String path;
    /** Of those that run, and may come here. */
    private final Map<InstanceId, Kind> running = new HashMap<>();
    /** The oldest first. */
    private final Deque<Used> waiting = new ArrayDeque<>();

    private final NativeBuffer scratch = NativeBuffer.allocate(8);
    private long number;

    /** @param path of the directories, but for a number */
    UsedFiles(String path) {
        this.path = path;
    }

    /** Its directory may serve again. */
    void begun(Launch l) {
        Kind kind = kind(l);
        if (kind != null) {
            running.put(l.id(), kind);
        }
    }

    /** It will not. */
    void forget(InstanceId id) {
        running.remove(id);
    }

    private static @Nullable Kind kind(Launch l) {
        Launch.Group group = l.group();
        if (!(l.output() instanceof Launch.Output.Captured) || l.notifySocket() || group == null) {
            return null;
        }
        Identity who = l.identity();
        return new Kind(group.name(), who == null ? -1 : who.uid(), who == null ? -1 : who.gid());
    }

    /** @return what the instance starts with, called {@code dir}; null: none is here */
    InstanceFiles.@Nullable Opened again(Launch l, String dir) {
        Kind kind = kind(l);
        for (Iterator<Used> all = waiting.iterator(); kind != null && all.hasNext(); ) {
            Used u = all.next();
            if (!u.kind.equals(kind)) {
                continue;
            }
            all.remove();
            try {
                if (empty(u.files.stdoutRead()) && empty(u.files.stderrRead())) {
                    Descriptors.rename(u.files.dir(), dir);
                    running.put(l.id(), kind);
                    return u.files.in(dir);
                }
            } catch (Errno lost) { // somebody deleted it
                discard(u.files);
                continue;
            }
            discard(u.files);
        }
        return null;
    }

    private boolean empty(@Nullable Fd pipe) {
        return pipe != null && Descriptors.readable(pipe, scratch) == 0;
    }

    /** @return false: it is to be deleted */
    boolean keep(InstanceId id, String dir) {
        Kind kind = running.remove(id);
        if (kind == null) {
            return false;
        }
        if (waiting.size() == MOST) {
            discard(waiting.remove().files);
        }
        var open = new ArrayList<Fd>();
        try {
            InstanceFiles.Opened files = InstanceFiles.opened(dir, EMPTIED, open); // without a record it is nobody's
            for (Fd pipe : List.of(open.get(0), open.get(1))) {
                Handles.mode(pipe, InstanceFiles.OWNER_ONLY); // its user may have let others in
            }
            String kept = path + number++;
            Descriptors.rename(dir, kept);
            waiting.add(new Used(kind, files.in(kept)));
            return true;
        } catch (IOException e) {
            open.forEach(Fd::close);
            return false;
        }
    }

    private static void discard(InstanceFiles.Opened files) {
        files.close();
        InstanceFiles.delete(files.dir());
    }

    @Override
    public void close() {
        waiting.forEach(u -> discard(u.files));
        waiting.clear();
    }
}
