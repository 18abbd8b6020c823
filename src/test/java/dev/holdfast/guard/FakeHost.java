package dev.holdfast.guard;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.Signal;
import dev.holdfast.unit.Threshold;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A host of scripted processes; time is the test's. Slots and pids are reused as a kernel reuses them. */
final class FakeHost implements Sight {
    static final int SELF = 900_000;

    /** One of them. */
    static final class FakeProcess {
        final int pid;
        final long startTicks;
        int parent = 1;
        int session;
        char state = 'S';
        long threads = 1;
        double cpuTicks;
        long rss = 10 << 20;
        long pss = -1;
        long fds = 10;
        long io;
        boolean ignoresTerm;
        boolean uninterruptible;
        Traits traits;
        int slot = -1;

        FakeProcess(int pid, long startTicks, String command) {
            this.pid = pid;
            this.startTicks = startTicks;
            this.session = pid;
            this.traits = traits(command, "", false);
        }

        ProcessRef ref() {
            return new ProcessRef(pid, startTicks);
        }
    }

    final List<FakeProcess> slots = new ArrayList<>();
    final Map<Integer, FakeProcess> byPid = new HashMap<>();
    long ticks = 1_000_000;
    long available = 4L << 30;
    boolean pressed;

    static Traits traits(String command, String exe, boolean managed) {
        String program = exe.isEmpty() ? "/usr/bin/" + command.split(" ", -1)[0] : exe;
        return new Traits(
                program.substring(program.lastIndexOf('/') + 1),
                command,
                program,
                1000,
                "www",
                "/",
                "",
                "",
                managed,
                managed ? "web" : "",
                false);
    }

    FakeProcess add(int pid, String command) {
        var p = new FakeProcess(pid, ticks, command);
        FakeProcess old = byPid.put(pid, p);
        if (old != null) {
            slots.set(old.slot, null);
        }
        int free = slots.indexOf(null);
        p.slot = free < 0 ? slots.size() : free;
        if (free < 0) {
            slots.add(p);
        } else {
            slots.set(free, p);
        }
        return p;
    }

    void end(FakeProcess p) {
        if (byPid.remove(p.pid, p)) {
            slots.set(p.slot, null);
            for (FakeProcess c : List.copyOf(byPid.values())) {
                if (c.parent == p.pid) {
                    c.parent = 1;
                    if (c.state == 'Z') { // init waits
                        end(c);
                    }
                }
            }
        }
    }

    /** As pidfd_send_signal(2) to this very process. @return false when it is gone */
    boolean signal(ProcessRef ref, Signal signal) {
        FakeProcess p = byPid.get(ref.pid());
        if (p == null || p.startTicks != ref.startTicks()) {
            return false;
        }
        boolean ends = signal == Signal.KILL || (signal == Signal.TERM && !p.ignoresTerm);
        if (ends && !p.uninterruptible) {
            end(p);
        }
        return true;
    }

    private FakeProcess at(int slot) {
        return slots.get(slot);
    }

    @Override
    public int slots() {
        return slots.size();
    }

    @Override
    public boolean present(int slot) {
        return slots.get(slot) != null;
    }

    @Override
    public int pid(int slot) {
        return at(slot).pid;
    }

    @Override
    public long startTicks(int slot) {
        return at(slot).startTicks;
    }

    @Override
    public int parent(int slot) {
        return at(slot).parent;
    }

    @Override
    public int session(int slot) {
        return at(slot).session;
    }

    @Override
    public char state(int slot) {
        return at(slot).uninterruptible ? 'D' : at(slot).state;
    }

    @Override
    public boolean kernel(int slot) {
        return false;
    }

    @Override
    public long cpuTicks(int slot) {
        return (long) at(slot).cpuTicks;
    }

    @Override
    public long rssBytes(int slot) {
        return at(slot).rss;
    }

    @Override
    public long threads(int slot) {
        return at(slot).threads;
    }

    @Override
    public Traits traits(int slot) {
        return at(slot).traits;
    }

    @Override
    public long pssBytes(int slot) {
        return at(slot).pss < 0 ? at(slot).rss : at(slot).pss;
    }

    @Override
    public long descriptors(int slot) {
        return at(slot).fds;
    }

    @Override
    public long ioBytes(int slot) {
        return at(slot).io;
    }

    @Override
    public int slotOf(int pid) {
        FakeProcess p = byPid.get(pid);
        return p == null ? -1 : p.slot;
    }

    @Override
    public long nowTicks() {
        return ticks;
    }

    @Override
    public long availableBytes() {
        return available;
    }

    @Override
    public long totalBytes() {
        return 8L << 30;
    }

    @Override
    public boolean pressed(Threshold.Pressure pressure) {
        return pressed;
    }
}
