package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Waits until something happens in directories; where the kernel cannot tell, looks ten times a second. */
final class Changes implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    /** Also with notices: they may overflow, and a directory may be made anew. */
    private static final long AT_LATEST_MILLIS = 1000;

    private final @Nullable WatchService watch;

    Changes(Set<Path> directories) {
        watch = directories.isEmpty() ? null : watch(directories);
    }

    private static @Nullable WatchService watch(Set<Path> directories) {
        WatchService service = null;
        try {
            service = directories.iterator().next().getFileSystem().newWatchService();
            for (Path d : directories) {
                if (!Files.isDirectory(d)) {
                    throw new IOException(d + " is not there yet");
                }
                d.register(service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            }
            return service;
        } catch (IOException noNotices) { // such as none left of fs.inotify.max_user_instances
            if (service != null) {
                try {
                    service.close();
                } catch (IOException _) {
                    // nothing was gained and nothing is lost
                }
            }
            return null;
        }
    }

    /**
     * Returns when there may be something new.
     *
     * @return files that were made or written to, as far as the kernel tells
     */
    Set<Path> await() throws InterruptedException {
        var touched = new HashSet<Path>();
        if (watch == null) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
            return touched;
        }
        for (WatchKey k = watch.poll(AT_LATEST_MILLIS, TimeUnit.MILLISECONDS); k != null; k = watch.poll()) {
            for (WatchEvent<?> e : k.pollEvents()) {
                if (e.context() instanceof Path name && k.watchable() instanceof Path directory) {
                    touched.add(directory.resolve(name));
                }
            }
            k.reset();
        }
        return touched;
    }

    @Override
    public void close() throws IOException {
        if (watch != null) {
            watch.close();
        }
    }
}
