package dev.holdfast.linux;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread that makes one child and ends. Identity, priorities, umask and working directory belong to the thread in
 * Linux and are inherited by what it spawns, so the daemon stays untouched; and since it has one child only,
 * {@code /proc/self/task/TID/children} names that child before {@code posix_spawn} has returned.
 */
public final class SpawnThread {
    private static final int CLONE_FS = 0x200;
    private static final int AT_FDCWD = -100;
    private static final int F_OK = 0;
    private static final int X_OK = 1;
    private static final int IOPRIO_WHO_PROCESS = 1;
    /** It ends when its child is through with what a program does first: on the same processor it would be in its way. */
    private static final long LINGER_NANOS = 3_000_000;

    private final SynchronousQueue<Job> jobs = new SynchronousQueue<>();
    private volatile int tid;
    private volatile boolean cancelled;

    /** What kept a program from running. */
    public enum Kind {
        /** Something of what it was to be given. */
        PREPARATION,
        /** There is no such program. */
        NOT_FOUND,
        /** It is there and cannot be executed. */
        NOT_EXECUTABLE
    }

    /**
     * Why a program does not run.
     *
     * @param why a sentence for people
     */
    public record Failure(Kind kind, String why) {}

    /** Made here, so that failures are loaded before a sandbox may hide where classes lie. */
    private static final Failure GIVEN_UP = new Failure(Kind.PREPARATION, "it was given up");

    private record Job(Spawn spawn, Consumer<@Nullable Failure> done) {}

    private SpawnThread() {}

    /**
     * Starts a thread that waits for its one job.
     *
     * @param name its kernel name, which a child at the gate still has; at most 15 characters
     * @throws IOException when there is no room for one more thread
     */
    public static SpawnThread ready(String name) throws IOException {
        var spawner = new SpawnThread();
        Threads.start(
                Thread.ofPlatform().name(name).daemon().stackSize(256 << 10).unstarted(spawner::run));
        return spawner;
    }

    /** The kernel's id of this thread; 0 until it runs. */
    public int tid() {
        return tid;
    }

    /**
     * Hands over the job; may wait for as long as a thread takes to start.
     *
     * @param done told on the spawning thread: null when the program runs, else why not
     */
    public void spawn(Spawn spawn, Consumer<@Nullable Failure> done) throws InterruptedException {
        jobs.put(new Job(spawn, done));
    }

    /** Nothing is to be spawned any more, should it not have been yet. Thread-safe. */
    public void cancel() {
        cancelled = true;
    }

    private void run() {
        PosixSpawn posix = null;
        Throwable unprepared = null;
        try { // ahead of the job, which somebody waits for
            tid = (int) Syscall.GETTID.call(0);
            posix = new PosixSpawn();
            Syscall.check("unshare(CLONE_FS)", Syscall.UNSHARE.call(CLONE_FS));
        } catch (Throwable t) {
            unprepared = t;
        }
        Job job;
        try {
            job = jobs.take();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            return;
        }
        Failure failure;
        try {
            failure = posix == null || unprepared != null ? said(unprepared) : attempt(job.spawn(), posix);
        } catch (Throwable t) { // else nobody would ever hear of this launch
            failure = said(t);
        }
        job.done().accept(failure);
        LockSupport.parkNanos(LINGER_NANOS);
    }

    private static Failure said(@Nullable Throwable t) {
        return new Failure(
                Kind.PREPARATION, t instanceof IOException e ? String.valueOf(e.getMessage()) : "spawn: " + t);
    }

    private @Nullable Failure attempt(Spawn s, PosixSpawn posix) throws IOException {
        Enclosure sandbox = s.sandbox();
        if (sandbox != null) {
            sandbox.enter(s.reachable());
        }
        takeOn(s, sandbox);
        if (sandbox != null) {
            sandbox.seal(s.reachable(), List.of(s.hello(), s.gate(), s.stdout(), s.stderr()));
        }
        if (cancelled) {
            return GIVEN_UP;
        }
        String program = s.program().contains("/") ? s.program() : lookUp(s.program(), s.path(), X_OK);
        if (program == null) {
            String there = lookUp(s.program(), s.path(), F_OK);
            return there == null
                    ? new Failure(Kind.NOT_FOUND, s.program() + ": not found in PATH=" + s.path())
                    : new Failure(Kind.NOT_EXECUTABLE, there + ": not executable by this user");
        }
        int errno = posix.spawn(s, program);
        if (errno == 0) {
            return null;
        }
        if (errno == Errno.ENOENT && access(program, F_OK)) {
            return new Failure(
                    Kind.NOT_FOUND, "exec " + program + ": its #! interpreter or dynamic loader does not exist");
        }
        return new Failure(
                errno == Errno.ENOENT ? Kind.NOT_FOUND : Kind.NOT_EXECUTABLE,
                "exec " + program + ": " + Errno.text(errno) + (sandbox == null ? "" : sandbox.hint(program)));
    }

    private static void takeOn(Spawn s, @Nullable Enclosure sandbox) throws Errno {
        Syscall.UMASK.call(s.umask());
        Integer nice = s.nice();
        if (nice != null) {
            Syscall.check("setpriority " + nice, Syscall.SETPRIORITY.call(0, 0, nice));
        }
        Integer ioprio = s.ioprio();
        if (ioprio != null) {
            Syscall.check("ioprio_set", Syscall.IOPRIO_SET.call(IOPRIO_WHO_PROCESS, 0, ioprio));
        }
        if (!s.cpus().isEmpty()) {
            NativeBuffer mask = NativeBuffer.allocate(128);
            for (int cpu : s.cpus()) {
                mask.bytes().put(cpu / 8, (byte) (mask.bytes().get(cpu / 8) | 1 << cpu % 8));
            }
            Syscall.check("cpu_affinity " + s.cpus(), mask.use(a -> Syscall.SCHED_SETAFFINITY.call(0, 128, a)));
        }
        Integer uid = s.uid();
        boolean root = (uid != null ? uid : Syscall.GETEUID.call(0)) == 0;
        if (sandbox != null) {
            sandbox.beforeUser(root);
        }
        if (uid != null) {
            NativeBuffer groups = NativeBuffer.allocate(4 * s.groups().size() + 4);
            for (int i = 0; i < s.groups().size(); i++) {
                groups.bytes().putInt(4 * i, s.groups().get(i));
            }
            Syscall.check(
                    "setgroups",
                    groups.use(a -> Syscall.SETGROUPS.call(s.groups().size(), a)));
            Syscall.check("setresgid " + s.gid(), Syscall.SETRESGID.call(s.gid(), s.gid(), s.gid()));
            Syscall.check("setresuid " + uid, Syscall.SETRESUID.call(uid, uid, uid));
        }
        if (sandbox != null) {
            sandbox.afterUser(root);
        }
        // As the child's user, so that a directory it may not enter is told as such.
        String cwd = s.workingDir();
        if (cwd != null) {
            Syscall.check("chdir " + cwd, NativeBuffer.withString(cwd, Syscall.CHDIR::call));
        }
    }

    private static @Nullable String lookUp(String name, String path, int mode) {
        for (String dir : path.split(":", -1)) {
            String candidate = dir + "/" + name;
            if (access(candidate, mode) && !access(candidate + "/", F_OK)) { // a directory may be "executed", too
                return candidate;
            }
        }
        return null;
    }

    /** By the name's bytes: in the C locale java.nio refuses a name that is not ASCII. */
    private static boolean access(String file, int mode) {
        return NativeBuffer.withString(file, a -> Syscall.FACCESSAT2.call(AT_FDCWD, a, mode, 0)) == 0;
    }
}
