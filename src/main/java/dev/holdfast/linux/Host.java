package dev.holdfast.linux;

import static dev.holdfast.linux.Syscall.check;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Resource;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This machine and this process as the kernel sees them. The loop's thread owns it. */
public final class Host {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int RLIMIT_NOFILE = 7;
    private static final int LIMITS_BYTES = 16;
    /** Of an id, for setresuid(2). */
    private static final long KEEP = -1;

    private static final long UNLIMITED = -1;

    private final Path procRoot;
    private final Proc proc;
    private final Supplier<MonoTime> clock;
    private final int pid;

    public Host(Path procRoot, Supplier<MonoTime> clock) {
        this.procRoot = procRoot;
        this.proc = new Proc(procRoot);
        this.clock = clock;
        this.pid = (int) Syscall.GETPID.call(0);
    }

    public Proc proc() {
        return proc;
    }

    public int pid() {
        return pid;
    }

    public int uid() {
        return (int) Syscall.GETEUID.call(0);
    }

    public MonoTime monotonic() {
        return clock.get();
    }

    /** Differs after each boot: /proc/sys/kernel/random/boot_id. */
    public String bootId() throws IOException {
        return Files.readString(procRoot.resolve("sys/kernel/random/boot_id")).strip();
    }

    /** Whom the OOM killer ends from now on; empty where the kernel's log cannot be read. */
    public Optional<OomLog> oomLog() {
        try {
            return Optional.of(OomLog.open(OomLog.DEVICE, procRoot));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** As others know this machine: /proc/sys/kernel/hostname. */
    public String name() throws IOException {
        return Files.readString(procRoot.resolve("sys/kernel/hostname")).strip();
    }

    /** Orphans of our children become our children (prctl(2)). */
    public void becomeSubreaper() throws Errno {
        check("prctl(PR_SET_CHILD_SUBREAPER)", Syscall.PRCTL.call(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0));
    }

    /**
     * The gate finds its child through /proc/PID/task/TID/children.
     *
     * @throws IOException when this kernel has no such file, rather than at the first launch
     */
    public void requireChildrenFiles() throws IOException {
        if (!Files.isReadable(procRoot.resolve("self/task/" + pid + "/children"))) {
            throw new IOException(
                    procRoot + "/self/task/TID/children is missing: Holdfast needs a kernel with CONFIG_PROC_CHILDREN");
        }
    }

    /**
     * The one child of a thread that makes only one; empty when there is none yet or any more.
     *
     * @throws IOException when it has several
     */
    public Optional<ProcessRef> onlyChildOf(int tid) throws IOException {
        List<Integer> children = proc.children(pid, tid);
        if (children.size() > 1) {
            throw new IOException("expected one child at the gate, found " + children);
        }
        return children.isEmpty()
                ? Optional.empty()
                : proc.stat(children.getFirst()).map(Proc.Stat::ref);
    }

    /** Whether a process group still has a member. */
    public boolean groupExists(int pgid) {
        return Syscall.KILL.call(-pgid, 0) != -Errno.ESRCH;
    }

    public void signalGroup(int pgid, Signal signal) {
        if (pgid > 1 && pgid != pid) {
            Syscall.KILL.call(-pgid, signal.number());
        }
    }

    /** Whether we have children beside {@code known}: the kernel hands orphans to our first thread. */
    public boolean hasOrphans(IntPredicate known) throws Errno {
        for (int child : proc.children(pid, pid)) {
            if (!known.test(child)) {
                return true;
            }
        }
        return false;
    }

    /** Writes /proc/PID/oom_score_adj. */
    public void oomScoreAdj(ProcessRef process, int value) throws IOException {
        Path file = procRoot.resolve(Integer.toString(process.pid())).resolve("oom_score_adj");
        try {
            Files.writeString(file, Integer.toString(value));
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "oom_score_adj " + value + ": here "
                            + Files.readString(file).strip()
                            + " is what it has and may be raised from; only a daemon with CAP_SYS_RESOURCE can lower it",
                    e);
        }
    }

    /**
     * prlimit(2); -1 is unlimited. Another user's process needs CAP_SYS_RESOURCE, which containers lack; who has its real
     * ids may always lower it, so this thread takes them for a moment then.
     *
     * @param uid the process's user, or null when it is ours
     * @param gid the process's group
     */
    public void limit(ProcessRef process, @Nullable Integer uid, int gid, int resource, long soft, long hard)
            throws IOException {
        long r = prlimit(process, resource, soft, hard);
        if (r == -Errno.EPERM && uid != null) {
            r = withRealIds(uid, gid, () -> prlimit(process, resource, soft, hard));
        }
        long present = r == -Errno.EPERM ? hardLimit(process, resource) : UNLIMITED;
        if (Long.compareUnsigned(hard, present) > 0) {
            throw new IOException("rlimits." + named(resource) + " " + amount(soft) + ":" + amount(hard)
                    + ": above the hard limit of " + amount(present)
                    + " that holds here, which only a daemon with CAP_SYS_RESOURCE can raise");
        }
        check("rlimits." + named(resource) + " " + amount(soft) + ":" + amount(hard), r);
    }

    /** Effective and saved ids, and so all power, stay: prlimit(2) asks for the real ones. They belong to the thread. */
    private static long withRealIds(int uid, int gid, LongSupplier call) throws Errno {
        long ownUid = Syscall.GETUID.call(0);
        long ownGid = Syscall.GETGID.call(0);
        check("setresgid " + gid, Syscall.SETRESGID.call(gid, KEEP, KEEP));
        long taken = Syscall.SETRESUID.call(uid, KEEP, KEEP);
        long r = taken < 0 ? taken : call.getAsLong();
        long user = Syscall.SETRESUID.call(ownUid, KEEP, KEEP);
        long group = Syscall.SETRESGID.call(ownGid, KEEP, KEEP);
        if (user < 0 || group < 0) { // the kernel was out of memory: nobody may go on as half another
            throw new IllegalStateException("own ids could not be taken back");
        }
        check("setresuid " + uid, taken);
        return r;
    }

    private static String named(int resource) {
        for (Resource r : Resource.values()) {
            if (r.number() == resource) {
                return r.written();
            }
        }
        return Integer.toString(resource);
    }

    private static String amount(long limit) {
        return limit == UNLIMITED ? "unlimited" : Long.toUnsignedString(limit);
    }

    private static long hardLimit(ProcessRef process, int resource) {
        NativeBuffer both = NativeBuffer.scratch(LIMITS_BYTES);
        long r = both.use(a -> Syscall.PRLIMIT64.call(process.pid(), resource, 0, a));
        if (r < 0) { // another user's: it has ours, inherited
            both.use(a -> Syscall.PRLIMIT64.call(0, resource, 0, a));
        }
        return both.bytes().getLong(Long.BYTES);
    }

    /**
     * Raises our own soft limit of open files to the hard one: each program costs four to six.
     *
     * @return the soft limit from before, which is what programs expect: select(2) fails beyond 1,024
     */
    public long raiseOpenFiles() {
        NativeBuffer both = NativeBuffer.scratch(2 * LIMITS_BYTES);
        long r = both.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NOFILE, 0, a));
        long soft = both.bytes().getLong(0);
        long hard = both.bytes().getLong(Long.BYTES);
        if (r == 0 && soft != hard) {
            both.bytes().putLong(LIMITS_BYTES, hard).putLong(LIMITS_BYTES + Long.BYTES, hard);
            both.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NOFILE, a + LIMITS_BYTES, 0));
        }
        return r == 0 ? soft : UNLIMITED;
    }

    /** The soft limit of open files that a process gets from us; the hard one stays. */
    public void openFiles(ProcessRef process, @Nullable Integer uid, int gid, long soft) throws IOException {
        NativeBuffer own = NativeBuffer.scratch(LIMITS_BYTES);
        check("prlimit", own.use(a -> Syscall.PRLIMIT64.call(0, RLIMIT_NOFILE, 0, a)));
        long hard = own.bytes().getLong(Long.BYTES);
        if (own.bytes().getLong(0) != soft) {
            limit(process, uid, gid, RLIMIT_NOFILE, soft, hard);
        }
    }

    private static long prlimit(ProcessRef process, int resource, long soft, long hard) {
        NativeBuffer limits = NativeBuffer.scratch(16);
        limits.bytes().putLong(0, soft).putLong(8, hard);
        return limits.use(a -> Syscall.PRLIMIT64.call(process.pid(), resource, a, 0));
    }

    /** Mode 0700. */
    public void restrict(Path dir) throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    }

    /** The kernel name of this run directory's spawn threads, and so of a child that still waits at the gate. */
    public String gateName(Path runDir) {
        return "hfgate-%08x".formatted(runDir.toAbsolutePath().toString().hashCode());
    }

    /**
     * Children that waited at the gate when an earlier daemon of this run directory died: no program yet, and nobody
     * left to let them in. Only a vfork child carries the name of a thread as a process's own.
     *
     * @return whom it killed
     */
    public Set<ProcessRef> killGatedOrphans(String gateName) throws IOException {
        var killed = new HashSet<ProcessRef>();
        for (int other : proc.pids()) {
            if (other == pid || other == 1) {
                continue;
            }
            Proc.Stat stat = proc.name(other).filter(gateName::equals).isPresent()
                    ? proc.stat(other).orElse(null)
                    : null;
            if (stat != null) {
                Pidfd.open(proc, stat.ref()).ifPresent(p -> {
                    p.signal(Signal.KILL);
                    p.close();
                    killed.add(stat.ref());
                });
            }
        }
        return killed;
    }
}
