package dev.holdfast.daemon;

import dev.holdfast.config.Directories;
import dev.holdfast.process.RunFiles;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/**
 * Notices when the run directory is deleted or replaced under the running daemon, and puts back what it can: the lock
 * first, so that no second daemon starts everything once more. The daemon stays: it alone holds the pipes and pidfds of
 * what runs, and no successor could find that without records. The loop's thread owns it.
 */
final class RunDirectory implements AutoCloseable {
    private final Directories dirs;
    private final int uid;
    private final long pid;
    private final RunFiles files;
    private final RunFormat format;
    private RunLock lock;
    private @Nullable WatchService watching;

    RunDirectory(Directories dirs, int uid, long pid, RunLock lock, RunFormat format) {
        this.dirs = dirs;
        this.uid = uid;
        this.pid = pid;
        this.lock = lock;
        this.files = format.files();
        this.format = format;
    }

    /** @param deleted called on another thread when something of it has gone, perhaps as it should */
    void watch(Runnable deleted) {
        try {
            if (watching != null) {
                watching.close();
            }
            WatchService service = FileSystems.getDefault().newWatchService();
            dirs.run().register(service, StandardWatchEventKinds.ENTRY_DELETE);
            watching = service;
            Thread.ofVirtual().name("run directory").start(() -> listen(service, deleted));
        } catch (IOException noMoreInotify) {
            watching = null; // a launch that fails has us look, too
        }
    }

    private static void listen(WatchService service, Runnable deleted) {
        try {
            boolean there = true;
            while (there) {
                WatchKey key = service.take();
                key.pollEvents();
                there = key.reset();
                deleted.run();
            }
        } catch (ClosedWatchServiceException over) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean intact() {
        return lock.isThere() && files.whole() && Files.exists(dirs.socket());
    }

    /**
     * Puts back all but the control socket.
     *
     * @throws IOException why that cannot be
     */
    void mend() throws IOException {
        UpCommand.make(dirs, uid);
        if (!lock.isThere()) {
            RunLock fresh = RunLock.take(dirs.run(), pid);
            if (fresh == null) {
                throw new IOException("another daemon has taken it; what runs here goes on beside what that one starts,"
                        + " until TERM ends this daemon, pid " + pid);
            }
            lock.close();
            lock = fresh;
        }
        format.claim();
        files.mend();
    }

    @Override
    public void close() throws IOException {
        if (watching != null) {
            watching.close();
        }
        lock.close();
    }
}
