package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.ZombieDeed;
import dev.holdfast.config.GuardSpec.ZombieSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What ended and nobody waited for: its parent is told by SIGCHLD once, then it is the parent's turn. */
final class Zombies {
    static final String NAME = "zombies";
    /** From SIGCHLD until it is clear that it did not help. */
    private static final java.time.Duration HEEDED = java.time.Duration.ofSeconds(2);

    private final ZombieSpec spec;
    private final int self;
    private final Allowance allowance;
    private MonoTime due;
    /** Of parents, when they were told. */
    private final Map<ProcessRef, MonoTime> nudged = new HashMap<>();

    private MonoTime looked;
    private final Set<ProcessRef> dealtWith = new HashSet<>();

    Zombies(ZombieSpec spec, int self, MonoTime now) {
        this(spec, self, now, new Allowance(spec.atMost()));
    }

    private Zombies(ZombieSpec spec, int self, MonoTime now, Allowance allowance) {
        this.spec = spec;
        this.self = self;
        this.allowance = allowance;
        this.due = now;
        this.looked = now;
    }

    /** All are judged anew; who was ended still counts. */
    Zombies afresh(MonoTime now) {
        allowance.restore();
        return new Zombies(spec, self, now, allowance);
    }

    ZombieSpec spec() {
        return spec;
    }

    void hasten(MonoTime now) {
        due = now;
    }

    MonoTime deadline() {
        return due;
    }

    /** Whoever was told has had the time to heed it, and was looked at then. */
    boolean settled() {
        return nudged.values().stream().noneMatch(told -> looked.isBefore(told.plus(HEEDED)));
    }

    /** @param subjects by slot */
    void look(Subject[] subjects, Sight sight, Now now, boolean dry, Judge judge, Consumer<Action> act) {
        if (now.mono().isBefore(due)) {
            return;
        }
        due = now.mono().plus(spec.every());
        looked = now.mono();
        var byParent = new HashMap<ProcessRef, Integer>();
        for (int slot = 0; slot < sight.slots(); slot++) {
            Subject s = slot < subjects.length ? subjects[slot] : null;
            if (s == null || s.zombieSince == Subject.NEVER || sight.parent(slot) == self) { // ours are reaped
                continue;
            }
            if (now.mono().nanos() - s.zombieSince < spec.olderThan().toNanos()) {
                continue;
            }
            int parent = sight.slotOf(sight.parent(slot));
            if (parent >= 0) {
                var ref = new ProcessRef(sight.pid(parent), sight.startTicks(parent));
                MonoTime told = nudged.get(ref);
                if (told == null || s.zombieSince <= told.nanos()) { // else it came after the parent was told
                    byParent.merge(ref, 1, Integer::sum);
                }
            }
        }
        nudged.keySet().retainAll(byParent.keySet());
        dealtWith.retainAll(byParent.keySet());
        byParent.forEach((parent, n) -> {
            MonoTime told = nudged.get(parent);
            if (told == null && !dry && spec.deed() != ZombieDeed.LOG && parent.pid() > 1) {
                nudged.put(parent, now.mono());
                act.accept(new Action.Nudge(parent));
                due = MonoTime.earliest(due, now.mono().plus(HEEDED));
            } else if (!dealtWith.contains(parent)
                    && (told == null || !now.mono().isBefore(told.plus(HEEDED)))) {
                deal(parent, n, subjects, sight, now, dry, judge, act);
            }
        });
    }

    private void deal(
            ProcessRef parent,
            int n,
            Subject[] subjects,
            Sight sight,
            Now now,
            boolean dry,
            Judge judge,
            Consumer<Action> act) {
        Subject s = subjects[sight.slotOf(parent.pid())];
        if (s == null) {
            return;
        }
        boolean kills = switch (spec.deed()) {
            case LOG, ALERT -> false;
            case KILL_PARENT -> true;
            case KILL_PARENT_IF_OURS -> !s.traits.process().isEmpty();
        };
        String why = "does not wait for " + n + (n == 1 ? " child" : " children") + " that ended (zombies)";
        var finding = new Finding(
                now.wall(),
                Finding.Kind.FIRED,
                NAME,
                s.suspect(sight),
                why,
                kills ? Wording.of(spec.kill()) : spec.deed() == ZombieDeed.LOG ? "log" : "alert",
                List.of(),
                dry,
                spec.alert());
        if (!kills) {
            dealtWith.add(parent);
            act.accept(new Action.Tell(finding));
        } else if (judge.kill(s, finding, spec.kill(), _ -> true, _ -> false, spec.overrideProtect(), allowance)) {
            dealtWith.add(parent);
        }
    }
}
