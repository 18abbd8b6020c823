package dev.holdfast.guard;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Execution.Phase;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import dev.holdfast.unit.Signal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All that are on their way out. Nobody is signalled who was not looked at, by pid and start time, at this look. */
final class Executions {
    private final Map<ProcessRef, Execution> all = new LinkedHashMap<>();
    private final Consumer<Action> act;
    private Protection protection;

    Executions(Protection protection, Consumer<Action> act) {
        this.protection = protection;
        this.act = act;
    }

    void reload(Protection anew) {
        protection = anew;
    }

    /** Whether it is on its way out, as the first or as one of a tree. */
    boolean has(ProcessRef ref) {
        if (all.isEmpty()) {
            return false;
        }
        return all.containsKey(ref) || all.values().stream().anyMatch(e -> e.left.contains(ref));
    }

    /** Whether this rule waits for one that it asked to end. */
    boolean waits(String rule) {
        for (Execution e : all.values()) {
            if (e.finding.rule().equals(rule) && e.phase != Phase.STAYS && e.phase != Phase.REFUSED) {
                return true;
            }
        }
        return false;
    }

    MonoTime deadline() {
        MonoTime next = MonoTime.NEVER;
        for (Execution e : all.values()) {
            next = MonoTime.earliest(next, e.deadline);
        }
        return next;
    }

    void begin(Execution e, Sight sight) {
        e.left.add(e.root);
        if (e.kill.tree()) {
            grow(e, sight);
        }
        all.put(e.root, e);
        act.accept(new Action.Strike(List.copyOf(e.left), e.kill.signal(), e.still));
    }

    /** Whom a member has made. What is protected or spared is so with all below it. */
    private void grow(Execution e, Sight sight) {
        var in = new BitSet(sight.slots());
        for (ProcessRef ref : e.left) {
            int slot = sight.slotOf(ref.pid());
            if (slot >= 0 && sight.startTicks(slot) == ref.startTicks()) {
                in.set(slot);
            }
        }
        boolean grown = true;
        while (grown) {
            grown = false;
            for (int slot = 0; slot < sight.slots(); slot++) {
                if (!sight.present(slot) || in.get(slot)) {
                    continue;
                }
                int parent = sight.slotOf(sight.parent(slot));
                if (parent < 0 || !in.get(parent)) {
                    continue;
                }
                Traits t = sight.traits(slot);
                if (protection.of(sight.pid(slot), sight.kernel(slot), t, e.override) == null && !e.spares.test(t)) {
                    in.set(slot);
                    if (!ended(sight, slot)) {
                        e.left.add(new ProcessRef(sight.pid(slot), sight.startTicks(slot)));
                    }
                    grown = true;
                }
            }
        }
    }

    private static boolean ended(Sight sight, int slot) {
        return (sight.state(slot) == 'Z' || sight.state(slot) == 'X') && sight.threads(slot) <= 1;
    }

    void looked(Sight sight, Now now) {
        if (all.isEmpty()) {
            return;
        }
        for (Iterator<Execution> it = all.values().iterator(); it.hasNext(); ) {
            Execution e = it.next();
            boolean under = e.phase == Phase.ASKED || e.phase == Phase.KILLED;
            if (e.kill.tree() && under) {
                var before = List.copyOf(e.left);
                grow(e, sight);
                var came = new ArrayList<>(e.left);
                came.removeAll(before);
                if (!came.isEmpty()) { // forked since
                    act.accept(new Action.Strike(came, e.phase == Phase.KILLED ? Signal.KILL : e.kill.signal(), null));
                }
            }
            e.left.removeIf(ref -> {
                int slot = sight.slotOf(ref.pid());
                return slot < 0 || sight.startTicks(slot) != ref.startTicks() || ended(sight, slot);
            });
            if (e.left.isEmpty()) {
                it.remove();
                over(e, now);
            } else if (!e.again.isEmpty()) {
                again(e, now);
            } else if (!now.mono().isBefore(e.deadline)) {
                further(e, sight, now);
            }
        }
    }

    /** Those who could not be reached at the look before; their time begins when they were. */
    private void again(Execution e, Now now) {
        boolean killed = e.phase == Phase.KILLED;
        var targets = new ArrayList<>(e.again);
        targets.retainAll(e.left);
        e.again.clear();
        e.deadline = now.mono().plus(killed ? Execution.PATIENCE : e.kill.grace());
        if (!targets.isEmpty()) {
            boolean first = targets.getFirst().equals(e.root) && !e.begun;
            act.accept(new Action.Strike(targets, killed ? Signal.KILL : e.kill.signal(), first ? e.still : null));
        }
    }

    private void further(Execution e, Sight sight, Now now) {
        switch (e.phase) {
            case ASKED -> {
                if (e.kill.tree()) {
                    grow(e, sight);
                }
                e.phase = Phase.KILLED;
                e.deadline = now.mono().plus(Execution.PATIENCE);
                act.accept(new Action.Tell(e.finding.as(
                        Finding.Kind.ESCALATED,
                        now.wall(),
                        "still there " + Wording.since(now.mono().since(e.began)) + " after "
                                + e.kill.signal().written() + ": killing it")));
                // Whoever it is now: it was asked to end, and has not.
                act.accept(new Action.Strike(List.copyOf(e.left), Signal.KILL, null));
            }
            case KILLED -> {
                e.phase = Phase.STAYS;
                e.deadline = MonoTime.NEVER;
                var states = new ArrayList<String>();
                for (ProcessRef ref : e.left) {
                    int slot = sight.slotOf(ref.pid());
                    char state = slot < 0 ? '?' : sight.state(slot);
                    states.add(ref.pid()
                            + (state == 'D' ? " (uninterruptible, waits in the kernel)" : " (" + state + ")"));
                }
                act.accept(new Action.Tell(e.finding.as(
                        Finding.Kind.STAYS,
                        now.wall(),
                        "outlives SIGKILL: " + String.join(", ", states) + "; not waited for any longer")));
            }
            case STAYS, REFUSED -> {}
        }
    }

    void gone(ProcessRef ref, Now now) {
        for (Iterator<Execution> it = all.values().iterator(); it.hasNext(); ) {
            Execution e = it.next();
            if (e.left.remove(ref) && e.left.isEmpty()) {
                it.remove();
                over(e, now);
            }
        }
    }

    private void over(Execution e, Now now) {
        String how = switch (e.phase) {
            case ASKED -> "ended " + after(e, now) + " " + e.kill.signal().written();
            case KILLED ->
                e.kill.signal() == Signal.KILL
                        ? "killed, gone " + after(e, now) + " KILL"
                        : "killed, gone " + after(e, now) + " "
                                + e.kill.signal().written();
            case REFUSED -> "gone of itself, " + after(e, now) + " it might not be signalled";
            case STAYS ->
                "gone at last, " + after(e, now) + " " + e.kill.signal().written();
        };
        boolean ended = e.begun && e.phase != Phase.REFUSED;
        if (e.phase != Phase.REFUSED) {
            e.close();
        }
        act.accept(new Action.Tell(e.finding.as(
                ended ? Finding.Kind.ENDED : Finding.Kind.CLEARED,
                now.wall(),
                e.begun || e.phase == Phase.REFUSED ? how : "it had ended before: nobody was signalled")));
    }

    private static String after(Execution e, Now now) {
        return Wording.since(now.mono().since(e.began)) + " after";
    }

    void struck(Stimulus.Struck s, Now now) {
        Execution e = all.get(s.process());
        switch (s.blow()) {
            case SENT ->
                all.values().stream().filter(x -> x.left.contains(s.process())).forEach(x -> x.begun = true);
            case GONE -> gone(s.process(), now);
            case FAILED -> {
                for (Execution x : all.values()) {
                    if (x.left.contains(s.process())) {
                        failed(x, s, now);
                    }
                }
            }
            case CHANGED, REFUSED -> {
                if (e == null) { // one of a tree: the rest goes all the same
                    all.values().forEach(x -> x.left.remove(s.process()));
                } else {
                    e.close();
                    if (s.blow() == Stimulus.Blow.CHANGED) {
                        all.remove(s.process());
                    } else {
                        e.phase = Phase.REFUSED;
                        e.deadline = MonoTime.NEVER;
                        e.left.clear();
                        e.left.add(e.root);
                    }
                    act.accept(new Action.Tell(e.finding.as(Finding.Kind.REFUSED, now.wall(), s.why())));
                }
            }
        }
    }

    /** Said once, and tried again at each look until it goes. */
    private void failed(Execution e, Stimulus.Struck s, Now now) {
        if (!e.begun && s.process().equals(e.root)) {
            e.again.addAll(e.left); // nobody of its tree was tried
        }
        e.again.add(s.process());
        if (!e.toldFailed) {
            e.toldFailed = true;
            act.accept(new Action.Tell(
                    e.finding.as(Finding.Kind.REFUSED, now.wall(), s.why() + "; it is tried again at each look")));
        }
    }
}
