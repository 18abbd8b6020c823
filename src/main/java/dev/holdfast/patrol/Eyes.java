package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.guard.Sight;
import dev.holdfast.guard.Traits;
import dev.holdfast.linux.BootClock;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Pulse;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Threshold;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Census} as the guard sees it. What changes seldom is read once; arguments, which programs write anew (php-fpm,
 * nginx, PostgreSQL), are read again when it is their turn ({@link Turns}). One thread uses it.
 */
final class Eyes implements Sight, AutoCloseable {
    private static final int DEEPEST = 64;
    private static final Traits KERNEL = new Traits("", "", "", 0, "root", "", "", "", false, "", false);

    private final BootClock boot = new BootClock();
    private final int self;
    private final Function<String, String> owner;
    private final Containers containers;
    private final Census census;
    private final Pulse pulse;
    private final UserNames users = new UserNames();
    private final Turns turns = new Turns();
    private final Set<Threshold.Pressure> pressed = new HashSet<>();
    private boolean byUser;
    private boolean byGroup;
    private long nowTicks;
    private MonoTime now = new MonoTime(0);
    private int look;
    private @Nullable Traits[] traits = new Traits[256];
    private @Nullable String[] instances = new String[256];
    private int[] pid = new int[256];
    private long[] start = new long[256];
    private long[] program = new long[256];
    private long[] command = new long[256];
    private long[] group = new long[256];
    private long[] pss = new long[256];
    private int[] pssLook = new int[256];

    /**
     * @param self our own pid
     * @param owner of an instance of this daemon, by its id, the process it belongs to; empty: none
     * @param roots below which the runtimes of containers keep their files
     * @param mostOpen descriptors that may stay open
     */
    Eyes(Path proc, int self, Function<String, String> owner, Path roots, int mostOpen) throws Errno {
        this.self = self;
        this.owner = owner;
        this.containers = new Containers(roots);
        this.census = new Census(proc, mostOpen);
        this.pulse = new Pulse(proc);
    }

    /** What these rules ask for is looked at anew often enough. */
    void heed(GuardSpec spec) {
        byUser = matches(spec).anyMatch(m -> m.user() != null);
        byGroup = matches(spec).anyMatch(m -> m.cgroup() != null || m.container() != null);
    }

    private static Stream<GuardSpec.MatchSpec> matches(GuardSpec spec) {
        GuardSpec.OrphanSpec orphans = spec.orphans();
        return Stream.concat(
                spec.rules().values().stream().map(GuardSpec.RuleSpec::match),
                Stream.ofNullable(orphans == null ? null : orphans.match()));
    }

    /**
     * @param hurried while the host suffers: what changes seldom is read again only of those who are just born
     * @throws IOException when not everything could be seen: then nothing was
     */
    void look(MonoTime at, boolean hurried) throws IOException {
        now = at;
        look++;
        nowTicks = boot.ticks();
        pulse.beat();
        if (hurried) {
            census.lookInHaste();
        } else {
            census.look();
        }
        turns.begin(hurried, census.slots());
        if (traits.length < census.slots()) {
            grow(Math.max(census.slots(), 2 * traits.length));
        }
    }

    /** Memory alone, anew. */
    void beat() {
        pulse.beat();
    }

    private void grow(int size) {
        traits = Arrays.copyOf(traits, size);
        instances = Arrays.copyOf(instances, size);
        pid = Arrays.copyOf(pid, size);
        start = Arrays.copyOf(start, size);
        program = Arrays.copyOf(program, size);
        command = Arrays.copyOf(command, size);
        group = Arrays.copyOf(group, size);
        pss = Arrays.copyOf(pss, size);
        pssLook = Arrays.copyOf(pssLook, size);
    }

    /** A look has been taken that knew of these. */
    void forgetPressure() {
        pressed.clear();
    }

    void pressed(Threshold.Pressure pressure, boolean on) {
        if (on) {
            pressed.add(pressure);
        }
    }

    int count() {
        return census.count();
    }

    // ── what changes seldom ──

    @Override
    public Traits traits(int slot) {
        if (census.kernel(slot)) {
            return KERNEL;
        }
        Traits known = traits[slot];
        if (known != null && (pid[slot] != census.pid(slot) || start[slot] != census.startTicks(slot))) {
            known = null;
        }
        if (known != null && census.state(slot) == 'Z') {
            return known; // has no arguments any more, though its other threads may run: it is what it was
        }
        boolean same = known != null && program[slot] == census.program(slot);
        if (known != null && same && !stale(slot, known)) {
            return known;
        }
        return read(slot, known, same, 0);
    }

    private boolean stale(int slot, Traits known) {
        if (!turns.due(slot, nowTicks - start[slot], census.cpuTicks(slot))) {
            return false;
        }
        if (known.managed()
                && known.process().isEmpty()
                && !owner(slot, known.cgroup(), true).isEmpty()) {
            return true; // its launch was not told of yet when it was first seen
        }
        boolean unnamed =
                !known.containerId().isEmpty() && known.containerName().isEmpty();
        return census.particulars().commandDiffers(slot, command[slot])
                || (byUser
                        && (census.particulars().uid(slot) != known.uid()
                                || users.named(known.uid(), known.user(), now)))
                || (byGroup && census.particulars().cgroupDiffers(slot, group[slot]))
                || (unnamed && !containers.name(known.containerId(), now).isEmpty());
    }

    /**
     * Of the process that it belongs to: told by its environment, or where that may not be read by its being what was
     * launched, by its group, or by its parent. Empty: none.
     */
    private String owner(int slot, String cgroup, boolean managed) {
        String whose = owner.apply(instance(slot));
        if (whose.isEmpty()) {
            whose = owner.apply(census.pid(slot) + ":" + census.startTicks(slot));
        }
        for (int from = cgroup.indexOf('/'); from >= 0 && whose.isEmpty(); from = cgroup.indexOf('/', from + 1)) {
            int end = cgroup.indexOf('/', from + 1);
            whose = owner.apply(cgroup.substring(from + 1, end < 0 ? cgroup.length() : end));
        }
        Traits above = whose.isEmpty() && managed ? parent(slot, 0) : null;
        return above == null ? whose : above.process();
    }

    /** As they are now. */
    Traits fresh(int slot) {
        Traits known = traits[slot];
        boolean mute = known != null && census.state(slot) == 'Z'; // its first thread has ended, it has no arguments
        return known != null && mute ? known : read(slot, known, false, 0);
    }

    private String instance(int slot) {
        String instance = instances[slot];
        return instance == null ? "" : instance;
    }

    /**
     * @param before of the same process; whose it is stays so for life, though it may wipe its environment
     * @param same whether it has not executed another program since
     */
    private Traits read(int slot, @Nullable Traits before, boolean same, int depth) {
        pid[slot] = census.pid(slot);
        start[slot] = census.startTicks(slot);
        program[slot] = census.program(slot);
        turns.done(slot, census.cpuTicks(slot));
        command[slot] = census.particulars().commandHash(slot);
        group[slot] = census.particulars().cgroupHash(slot);
        String text = census.particulars().command(slot);
        if (text.isEmpty() && before != null && same) {
            text = before.command(); // its first thread has ended, or it is about to
        }
        String cgroup = census.particulars().cgroup(slot);
        String container = Containers.id(cgroup);
        int uid = census.particulars().uid(slot);
        boolean managed = before != null && before.managed();
        String process = before == null ? "" : before.process();
        if (!managed) {
            String instance = census.particulars().environment(slot, "HOLDFAST_INSTANCE");
            instances[slot] = instance;
            Traits parent = parent(slot, depth);
            // Only what we started, and what that left behind, has us for a parent: also where environ may not be read.
            managed = !instance.isEmpty()
                    || census.parent(slot) == self
                    || (parent != null && parent.managed())
                    || !census.particulars().environment(slot, "HOLDFAST_RUN").isEmpty();
            process = parent == null ? "" : parent.process();
        }
        if (process.isEmpty()) {
            process = owner(slot, cgroup, false);
        }
        if (process.isEmpty() && managed && before != null) {
            process = owner(slot, cgroup, true);
        }
        managed |= !process.isEmpty(); // what a daemon before this one launched has init for a parent
        String exe =
                before != null && same ? before.exe() : census.particulars().exe(slot);
        boolean ours = census.pid(slot) == self
                || (census.parent(slot) == self && !instance(slot).isEmpty() && process.isEmpty())
                || (exe.replace(" (deleted)", "").endsWith("/java") && text.contains("dev.holdfast.daemon.Main"));
        var read = new Traits(
                before != null && same ? before.name() : census.particulars().name(slot),
                text,
                exe,
                uid,
                users.of(uid, now),
                cgroup,
                container,
                container.isEmpty() ? "" : containers.name(container, now),
                managed,
                process,
                ours);
        Traits old = traits[slot];
        if (old != null && Objects.equals(old, read)) {
            return old;
        }
        traits[slot] = read;
        return read;
    }

    /** Who was started by what we started is ours too, though it may have wiped its environment. */
    private @Nullable Traits parent(int slot, int depth) {
        int above = census.slotOf(census.parent(slot));
        if (above < 0 || depth > DEEPEST || census.pid(above) <= 1 || census.pid(above) == self) {
            return null;
        }
        Traits known = traits[above];
        boolean same = known != null && pid[above] == census.pid(above) && start[above] == census.startTicks(above);
        return same ? known : census.kernel(above) ? null : read(above, null, false, depth + 1);
    }

    // ── columns ──

    @Override
    public int slots() {
        return census.slots();
    }

    @Override
    public boolean present(int slot) {
        return census.present(slot);
    }

    @Override
    public int pid(int slot) {
        return census.pid(slot);
    }

    @Override
    public long startTicks(int slot) {
        return census.startTicks(slot);
    }

    @Override
    public int parent(int slot) {
        return census.parent(slot);
    }

    @Override
    public int session(int slot) {
        return census.session(slot);
    }

    @Override
    public char state(int slot) {
        return census.state(slot);
    }

    @Override
    public boolean kernel(int slot) {
        return census.kernel(slot);
    }

    @Override
    public long cpuTicks(int slot) {
        return census.cpuTicks(slot);
    }

    @Override
    public long rssBytes(int slot) {
        return census.rssBytes(slot);
    }

    @Override
    public long threads(int slot) {
        return census.threads(slot);
    }

    @Override
    public long pssBytes(int slot) {
        if (pssLook[slot] != look) {
            long exact = census.particulars().pssBytes(slot);
            pss[slot] = exact < 0 ? census.rssBytes(slot) : exact;
            pssLook[slot] = look;
        }
        return pss[slot];
    }

    @Override
    public long descriptors(int slot) {
        return census.particulars().descriptors(slot);
    }

    @Override
    public long ioBytes(int slot) {
        return census.particulars().ioBytes(slot);
    }

    @Override
    public int slotOf(int who) {
        return census.slotOf(who);
    }

    @Override
    public long nowTicks() {
        return nowTicks;
    }

    @Override
    public long availableBytes() {
        return pulse.availableBytes();
    }

    @Override
    public long totalBytes() {
        return pulse.totalBytes();
    }

    @Override
    public boolean pressed(Threshold.Pressure pressure) {
        return pressed.contains(pressure);
    }

    @Override
    public void close() {
        census.close();
        pulse.close();
    }
}
