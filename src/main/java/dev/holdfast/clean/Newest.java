package dev.holdfast.clean;

import dev.holdfast.linux.FileStatus;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/** So many of the newest, by their names: another name of the same file is another one. One thread's. */
final class Newest {
    private final int most;
    private final PriorityQueue<Key> oldestFirst = new PriorityQueue<>(Comparator.comparing(Key::time));
    private final Set<Key> all = new HashSet<>();

    private record Key(Instant time, FileStatus.Identity in, ByteBuffer name) {
        static Key of(Found f) {
            return new Key(f.newest(), f.in().identity(), ByteBuffer.wrap(f.name()));
        }
    }

    Newest(int most) {
        this.most = most;
    }

    /** @return true */
    boolean add(Found f) {
        Key oldest = oldestFirst.peek();
        if (oldest != null && oldestFirst.size() >= most) {
            if (!f.newest().isAfter(oldest.time)) {
                return true;
            }
            all.remove(oldestFirst.remove());
        }
        Key key = Key.of(f);
        if (all.add(key)) {
            oldestFirst.add(key);
        }
        return true;
    }

    /** Or newer than they are: then it came after all were seen. */
    boolean has(Found f) {
        Key oldest = oldestFirst.peek();
        return oldest == null
                || oldestFirst.size() < most
                || f.newest().isAfter(oldest.time)
                || all.contains(Key.of(f));
    }
}
