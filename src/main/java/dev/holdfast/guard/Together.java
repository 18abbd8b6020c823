package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Judges all that match a rule together. */
final class Together {
    /** After one was ended for the host's sake, until the next may be. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final Executions executions;
    private final Deeds deeds;
    private final Consumer<Action> act;

    Together(Executions executions, Deeds deeds, Consumer<Action> act) {
        this.executions = executions;
        this.deeds = deeds;
        this.act = act;
    }

    /**
     * After all of them were measured.
     *
     * @param at the rule's place among all
     * @param dry of the guard
     */
    void judge(Rule r, int at, boolean dry, Sight sight, Look look) {
        Track t = r.together;
        int condition = r.dueTogether();
        if (condition < 0) {
            if (t.fired && !r.lingersTogether()) {
                deeds.cleared(t, look, "no longer");
            }
            return;
        }
        if (r.endsOne()) {
            one(r, at, condition, dry, sight, look);
        } else if (!t.fired) {
            Finding f = finding(r, condition, null, dry, sight, look);
            t.finding = Deeds.lasts(r) ? f : null;
            t.fired = deeds.enact(r, t, f);
        }
    }

    private static Finding finding(Rule r, int condition, @Nullable Subject s, boolean dry, Sight sight, Look look) {
        return new Finding(
                look.wall(),
                Finding.Kind.FIRED,
                r.spec.name(),
                s == null ? null : s.suspect(sight),
                r.whyTogether(condition, sight, look),
                Wording.of(r.spec.deed()),
                r.evidence(r.together, r.ofAll),
                dry || r.spec.dryRun(),
                r.spec.alert());
    }

    /** One after the other, each time what is left is measured anew. */
    private void one(Rule r, int at, int condition, boolean dry, Sight sight, Look look) {
        if (executions.waits(r.spec.name())) {
            r.quietUntil = look.now() + QUIET.toNanos();
            r.together.restartUsage(); // what the one used that ends now is nobody else's fault
            return;
        }
        if ((r.together.fired && (dry || r.spec.dryRun())) || (r.ofHost(condition) && look.now() < r.quietUntil)) {
            return; // what was ended frees its memory, and others fetch theirs back: that is a stall, too
        }
        var may = new ArrayList<Subject>();
        var untouchable = new ArrayList<Subject>();
        for (Subject s : r.members) {
            Track own = s.tracks[at];
            boolean free =
                    deeds.protects(s, false, r) == null && !executions.has(s.ref()) && (own == null || !own.fired);
            (free ? may : untouchable).add(s);
        }
        boolean inVain = r.inVain(condition, at, untouchable, sight, look);
        Subject chosen = inVain ? null : r.choose(condition, at, may, sight, look);
        if (chosen == null) {
            if (!r.together.fired) {
                nobody(r, inVain, finding(r, condition, null, dry, sight, look));
            }
            return;
        }
        Finding f = finding(r, condition, chosen, dry, sight, look);
        r.together.fired = false;
        boolean done = deeds.enact(r, r.together, chosen, f);
        Track own = chosen.tracks[at];
        if (done && own != null && r.spec.deed() instanceof Deed.Nice) {
            own.fired = true;
            own.finding = null;
        }
        r.together.finding = null;
        r.together.fired = done && f.dry();
        if (done && !f.dry()) {
            r.together.restartUsage();
        }
        r.quietUntil = look.now() + QUIET.toNanos();
    }

    private void nobody(Rule r, boolean inVain, Finding f) {
        r.together.fired = true;
        r.together.finding = null;
        act.accept(new Action.Tell(f.as(
                Finding.Kind.SPARED,
                f.at(),
                r.members.isEmpty()
                        ? "there is nobody to choose"
                        : inVain
                                ? "nobody is ended: those that may not be touched are too much by themselves"
                                : "left alone: none of them may be touched")));
    }
}
