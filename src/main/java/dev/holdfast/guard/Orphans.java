package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.OrphanSpec;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Processes that fell to init or to a daemon of Holdfast, and whose session has no living leader. */
final class Orphans {
    static final String NAME = "orphans";
    private static final String MAIN = "dev.holdfast.daemon.Main";

    private final OrphanSpec spec;
    private final @Nullable Matcher matcher;
    private final Allowance allowance;
    private MonoTime due;
    private final Set<ProcessRef> dealtWith = new HashSet<>();

    Orphans(OrphanSpec spec, MonoTime now) {
        this(spec, now, new Allowance(spec.atMost()));
    }

    private Orphans(OrphanSpec spec, MonoTime now, Allowance allowance) {
        this.spec = spec;
        this.matcher = spec.match() == null ? null : new Matcher(spec.match());
        this.allowance = allowance;
        this.due = now;
    }

    /** All are judged anew; who was ended still counts. */
    Orphans afresh(MonoTime now) {
        allowance.restore();
        return new Orphans(spec, now, allowance);
    }

    OrphanSpec spec() {
        return spec;
    }

    void hasten(MonoTime now) {
        due = now;
    }

    MonoTime deadline() {
        return due;
    }

    /** Whether nobody is left who would wait for it or tell it to end. */
    static boolean is(Sight sight, int slot, int self) {
        int parent = sight.parent(slot);
        if (sight.kernel(slot) || sight.state(slot) == 'Z' || !adopts(sight, parent, self)) {
            return false;
        }
        int session = sight.session(slot);
        // Its own session: a service. Session 0: its leader is outside of our PID namespace, where we cannot see
        // whether it lives.
        if (session == sight.pid(slot) || session == 0) {
            return false;
        }
        int leader = sight.slotOf(session);
        return leader < 0 || sight.state(leader) == 'Z';
    }

    /** Init, we, another daemon of Holdfast, or a user's systemd. */
    private static boolean adopts(Sight sight, int parent, int self) {
        if (parent == 1 || parent == self) {
            return true;
        }
        int slot = sight.slotOf(parent);
        if (slot < 0) {
            return false;
        }
        Traits t = sight.traits(slot);
        if (t.own()) {
            return daemon(t.command());
        }
        return sight.parent(slot) == 1
                && t.name().equals("systemd")
                && t.program().equals("systemd");
    }

    /** Not {@code holdfast run}: what falls to that it waits for, and ends. */
    private static boolean daemon(String command) {
        int main = command.indexOf(MAIN);
        for (String word : main < 0 ? new String[0] : command.substring(main).split(" ", -1)) {
            if (word.equals("up") || word.equals("run")) {
                return word.equals("up");
            }
        }
        return false;
    }

    /** How long it has been one, in seconds; its age, when it was one before anybody looked. */
    private static long seconds(Subject s, Sight sight, Now now) {
        long age = Math.max(0, sight.nowTicks() - s.startTicks) / 100;
        return s.hadParent ? Math.min(age, (now.mono().nanos() - s.orphanSince) / 1_000_000_000L) : age;
    }

    void look(Subject[] subjects, Sight sight, Now now, boolean dry, Judge judge, Consumer<Action> act) {
        if (now.mono().isBefore(due)) {
            return;
        }
        due = now.mono().plus(spec.every());
        var here = new HashSet<ProcessRef>();
        for (int slot = 0; slot < sight.slots(); slot++) {
            Subject s = slot < subjects.length ? subjects[slot] : null;
            if (s == null || s.orphanSince == Subject.NEVER || (matcher != null && !matcher.test(s.traits))) {
                continue;
            }
            here.add(s.ref());
            long seconds = seconds(s, sight, now);
            if (seconds < spec.olderThan().toSeconds() || dealtWith.contains(s.ref())) {
                continue;
            }
            deal(s, seconds, sight, now, dry, judge, act);
        }
        dealtWith.retainAll(here);
    }

    private void deal(Subject s, long seconds, Sight sight, Now now, boolean dry, Judge judge, Consumer<Action> act) {
        var finding = new Finding(
                now.wall(),
                Finding.Kind.FIRED,
                NAME,
                s.suspect(sight),
                "an orphan for " + (s.hadParent ? "" : "at most ") + Wording.time(seconds) + " (older than "
                        + dev.holdfast.unit.Durations.format(spec.olderThan()) + ")",
                Wording.of(spec.deed()),
                List.of(),
                dry,
                spec.alert());
        if (spec.deed() instanceof Deed.Kill kill) {
            Matcher m = matcher;
            boolean done = judge.kill(
                    s,
                    finding,
                    kill,
                    t -> m == null || m.test(t),
                    t -> m != null && m.excludes(t),
                    spec.overrideProtect(),
                    allowance);
            if (done) {
                dealtWith.add(s.ref());
            }
        } else {
            dealtWith.add(s.ref());
            act.accept(new Action.Tell(finding));
        }
    }
}
