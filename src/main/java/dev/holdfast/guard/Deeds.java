package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.unit.MonoTime;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Does what rules say, or says why not: nobody is ended, spared or held back anywhere else. */
final class Deeds implements Judge {
    private final Executions executions;
    private final Consumer<Action> act;
    private Protection protection;
    private @Nullable Sight sight;
    private @Nullable Look look;

    Deeds(Protection protection, Executions executions, Consumer<Action> act) {
        this.protection = protection;
        this.executions = executions;
        this.act = act;
    }

    void reload(Protection anew) {
        protection = anew;
    }

    /** From now on they are of this look. */
    void at(Sight sight, Look look) {
        this.sight = sight;
        this.look = look;
    }

    private Sight sight() {
        return Objects.requireNonNull(sight, "no look yet");
    }

    private Look look() {
        return Objects.requireNonNull(look, "no look yet");
    }

    /** Whether somebody is to hear when it is over; what is done once is over by itself. */
    static boolean lasts(Rule r) {
        return !acts(r.spec.deed());
    }

    private static boolean acts(Deed deed) {
        return !(deed instanceof Deed.Log) && !(deed instanceof Deed.Alert);
    }

    /** Why this rule may not do to it what it says; null: it may. */
    @Nullable
    String protects(Subject s, boolean kernel, Rule r) {
        boolean touches = r.spec.deed() instanceof Deed.Kill || r.spec.deed() instanceof Deed.Nice;
        return touches ? protection.of(s.pid, kernel, s.traits, r.spec.overrideProtect()) : null;
    }

    /** What the rule told of is over. */
    void cleared(Track t, Look when, String how) {
        Finding f = t.finding;
        if (t.fired && f != null) {
            act.accept(new Action.Tell(f.as(Finding.Kind.CLEARED, when.wall(), how)));
        }
        t.fired = false;
        t.heldBack = false;
        t.finding = null;
    }

    /**
     * To one process.
     *
     * @return false when it has to be asked again at the next look
     */
    boolean enact(Rule r, Track t, Subject s, Finding f) {
        String why = protects(s, sight().kernel(s.slot), r);
        if (why != null) {
            spare(f, why);
            t.finding = null; // nothing lasts that would have to be told to be over
            return true;
        }
        Allowance.Taken taken = taken(r, t, f);
        if (taken == null) {
            return false;
        }
        act.accept(new Action.Tell(f));
        if (!f.dry()) {
            act(r, s, f, taken);
        }
        return true;
    }

    /**
     * To nobody of all that match together.
     *
     * @return as of one
     */
    boolean enact(Rule r, Track t, Finding f) {
        if (taken(r, t, f) == null) {
            return false;
        }
        t.heldBack = false;
        act.accept(new Action.Tell(f));
        if (!f.dry()) {
            switch (r.spec.deed()) {
                case Deed.Restart(List<String> names) -> supervise(true, names, null, f);
                case Deed.Stop(List<String> names) -> supervise(false, names, null, f);
                case Deed.Exec exec -> act.accept(new Action.Exec(exec, f));
                case Deed.Log _, Deed.Alert _, Deed.Kill _, Deed.Nice _ -> {}
            }
        }
        return true;
    }

    private Allowance.@Nullable Taken taken(Rule r, Track t, Finding f) {
        Allowance.Taken taken = (acts(r.spec.deed()) ? r.allowance : Allowance.FREE).take(look().mono(), f.dry());
        if (taken == null && !t.heldBack) {
            t.heldBack = true;
            act.accept(new Action.Tell(
                    f.as(Finding.Kind.HELD_BACK, look().wall(), "held back: at most " + r.spec.atMost())));
        }
        return taken;
    }

    private void spare(Finding f, String why) {
        act.accept(new Action.Tell(f.as(Finding.Kind.SPARED, look().wall(), "left alone: " + why)));
    }

    private void act(Rule r, Subject s, Finding f, Allowance.Taken taken) {
        switch (r.spec.deed()) {
            case Deed.Log _, Deed.Alert _ -> {}
            case Deed.Kill kill ->
                executions.begin(
                        new Execution(
                                f,
                                s.ref(),
                                kill,
                                t -> r.matcher.test(t)
                                        && protection.of(s.pid, false, t, r.spec.overrideProtect()) == null,
                                r.matcher::excludes,
                                r.spec.overrideProtect(),
                                taken,
                                look().mono()),
                        sight());
            case Deed.Restart(List<String> names) -> supervise(true, names, s, f);
            case Deed.Stop(List<String> names) -> supervise(false, names, s, f);
            case Deed.Exec exec -> act.accept(new Action.Exec(exec, f));
            case Deed.Nice(int value) -> act.accept(new Action.Renice(s.ref(), value, r.matcher));
        }
    }

    private void supervise(boolean restart, List<String> names, @Nullable Subject s, Finding f) {
        if (!names.isEmpty()) {
            act.accept(new Action.Supervise(restart, names, f));
        } else if (s != null && !s.traits.process().isEmpty()) {
            act.accept(new Action.Supervise(restart, List.of(s.traits.process()), f));
        } else {
            act.accept(new Action.Tell(
                    f.as(Finding.Kind.REFUSED, f.at(), "it belongs to no process that is supervised here")));
        }
    }

    @Override
    public boolean kill(
            Subject s,
            Finding f,
            Deed.Kill kill,
            Predicate<Traits> still,
            Predicate<Traits> spares,
            Set<String> override,
            Allowance allowance) {
        String why = protection.of(s.pid, sight().kernel(s.slot), s.traits, override);
        if (why != null) {
            spare(f, why);
            return true;
        }
        if (executions.has(s.ref())) {
            return false;
        }
        MonoTime now = look().mono();
        Allowance.Taken taken = allowance.take(now, f.dry());
        if (taken == null) {
            if (allowance.tellsRefusal()) {
                act.accept(new Action.Tell(
                        f.as(Finding.Kind.HELD_BACK, look().wall(), "held back: enough were ended for now")));
            }
            return false;
        }
        act.accept(new Action.Tell(f));
        if (!f.dry()) {
            executions.begin(new Execution(f, s.ref(), kill, still, spares, override, taken, now), sight());
        }
        return true;
    }
}
