package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rules over all processes: looks and answers in, actions out. It reads no clock and touches nothing. One thread uses it.
 */
public final class Guard {
    /** Looks that may be missed before a value at both ends says nothing of what was between. */
    private static final int MISSED = 3;

    /** After one was ended for the host's sake, until the next may be. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private static final Duration SLACK = Duration.ofSeconds(1);

    private final int self;
    private final List<Action> out = new ArrayList<>();
    private final Executions executions;
    private GuardSpec spec;
    private List<Rule> rules;
    private Protection protection;
    private @Nullable Zombies zombies;
    private @Nullable Orphans orphans;
    private @Nullable Subject[] subjects = new Subject[0];
    private long before = Subject.NEVER;
    /** When CPU and I/O were told last, and whether they are at this look. */
    private long ratedAt = Subject.NEVER;

    private boolean rates;
    private long due = Long.MAX_VALUE;

    /**
     * @param self our own pid, to which orphans may fall
     * @param now from when on zombies and orphans are counted
     */
    public Guard(GuardSpec spec, int self, MonoTime now) {
        this.self = self;
        this.spec = spec;
        this.protection = new Protection(spec.protect(), self);
        this.executions = new Executions(protection, out::add);
        this.rules = spec.rules().values().stream().map(Rule::new).toList();
        this.zombies = spec.zombies() == null ? null : new Zombies(spec.zombies(), self, now);
        this.orphans = spec.orphans() == null ? null : new Orphans(spec.orphans(), now);
    }

    /** What is to be done now. */
    public List<Action> apply(Stimulus stimulus, Now now) {
        switch (stimulus) {
            case Stimulus.Looked(Sight sight) -> looked(sight, now);
            case Stimulus.Reload(GuardSpec anew) -> reload(anew, now);
            case Stimulus.Sweep(String of) -> sweep(of, now);
            case Stimulus.Struck s -> executions.struck(s, now);
            case Stimulus.Gone(ProcessRef ref) -> executions.gone(ref, now);
        }
        List<Action> actions = out.isEmpty() ? List.of() : List.copyOf(out);
        out.clear();
        return actions;
    }

    /** When a look would tell something that the next regular one would tell late. */
    public MonoTime nextDeadline() {
        MonoTime rule = due == Long.MAX_VALUE ? MonoTime.NEVER : new MonoTime(due);
        Zombies z = zombies;
        MonoTime heeded = z == null || z.settled() ? MonoTime.NEVER : z.deadline();
        return MonoTime.earliest(rule, MonoTime.earliest(heeded, executions.deadline()));
    }

    /** Bytes of available memory that are left until a rule holds; the most there can be without such a rule. */
    public long headroom(Sight sight) {
        long least = Long.MAX_VALUE;
        for (Rule r : rules) {
            for (Gauge g : r.ofAll) {
                least = Math.min(least, g.headroom(sight.availableBytes(), sight.totalBytes()));
            }
        }
        return least;
    }

    /** Every process that is on its way out has gone, or is no longer waited for, and no parent is about to heed SIGCHLD. */
    public boolean idle() {
        return executions.deadline().equals(MonoTime.NEVER) && (zombies == null || zombies.settled());
    }

    private void sweep(String of, Now now) {
        if (orphans != null && of.equals(Orphans.NAME)) {
            orphans.hasten(now.mono());
        } else if (zombies != null && of.equals(Zombies.NAME)) {
            zombies.hasten(now.mono());
        }
    }

    // ── for people ──

    /** Whether nobody is left who would wait for it or tell it to end. */
    public static boolean orphan(Sight sight, int slot, int self) {
        return Orphans.is(sight, slot, self);
    }

    /** @param match null: everybody */
    public static boolean matches(GuardSpec.@Nullable MatchSpec match, Traits traits) {
        return match == null || new Matcher(match).test(traits);
    }

    /** What each rule sees: of the last look, in that look's own sight. */
    public List<RuleView> views(Sight sight, Now now) {
        var look = new Look(now.wall(), before, before, false, false);
        return rules.stream().map(r -> view(r, sight, look)).toList();
    }

    private RuleView view(Rule r, Sight sight, Look look) {
        var members = new ArrayList<RuleView.Member>();
        int at = rules.indexOf(r);
        for (Subject s : r.members) {
            Track t = s.tracks[at];
            String why = protection.of(s.pid, sight.kernel(s.slot), s.traits, r.spec.overrideProtect());
            boolean touches = r.spec.deed() instanceof Deed.Kill || r.spec.deed() instanceof Deed.Nice;
            members.add(new RuleView.Member(
                    s.suspect(sight),
                    why == null || !touches ? "" : why,
                    t == null ? List.of() : r.conditions(t, s, sight, look),
                    t != null && r.due(t)));
        }
        return new RuleView(r.spec.name(), Wording.of(r.spec.deed()), members, r.conditionsTogether(sight, look));
    }

    // ── a look ──

    private void looked(Sight sight, Now now) {
        boolean first = before == Subject.NEVER;
        long nanos = now.mono().nanos();
        long gap = first ? 0 : nanos - before;
        boolean blind = gap > spec.interval().toNanos() * MISSED + SLACK.toNanos();
        var look = new Look(now.wall(), nanos, first ? nanos : before, blind, first);
        due = Long.MAX_VALUE;
        if (subjects.length < sight.slots()) {
            subjects = Arrays.copyOf(subjects, Math.max(sight.slots(), subjects.length * 2));
        }
        rates = first || nanos - ratedAt >= spec.interval().toNanos() / 10 * 9;
        for (Rule r : rules) {
            r.members.clear();
        }
        executions.looked(sight, now);
        for (int slot = 0; slot < subjects.length; slot++) {
            Subject s = subjects[slot];
            boolean present = slot < sight.slots() && sight.present(slot);
            if (s != null && (!present || sight.pid(slot) != s.pid || sight.startTicks(slot) != s.startTicks)) {
                ended(s, look);
                s = null;
                subjects[slot] = null;
            }
            if (present) {
                if (s == null) {
                    s = met(slot, sight, look);
                }
                judge(s, sight, look, now);
            }
        }
        for (Rule r : rules) {
            together(r, sight, look, now);
        }
        Zombies z = zombies;
        if (z != null) {
            z.look(subjects, sight, now, spec.dryRun(), kills(look, sight), out::add);
        }
        Orphans o = orphans;
        if (o != null) {
            o.look(subjects, sight, now, spec.dryRun(), kills(look, sight), out::add);
        }
        before = nanos;
        ratedAt = rates ? nanos : ratedAt;
    }

    private Subject met(int slot, Sight sight, Look look) {
        var s = new Subject(slot, sight.pid(slot), sight.startTicks(slot), sight.traits(slot), rules.size());
        subjects[slot] = s;
        match(s, look, look.before());
        return s;
    }

    private void match(Subject s, Look look, long from) {
        for (int i = 0; i < rules.size(); i++) {
            Rule r = rules.get(i);
            boolean about = r.matcher.test(s.traits);
            Track track = s.tracks[i];
            if (about && track == null) {
                s.tracks[i] = r.track(from);
            } else if (!about && track != null) {
                cleared(track, look, "it is no longer what the rule is about");
                s.tracks[i] = null;
            }
        }
    }

    private void ended(Subject s, Look look) {
        for (Track t : s.tracks) {
            if (t != null) {
                cleared(t, look, "it has ended");
            }
        }
    }

    private void cleared(Track t, Look look, String how) {
        Finding f = t.finding;
        if (t.fired && f != null) {
            out.add(new Action.Tell(f.as(Finding.Kind.CLEARED, look.wall(), how)));
        }
        t.fired = false;
        t.heldBack = false;
        t.finding = null;
    }

    @SuppressWarnings("ReferenceEquality") // the sight keeps the object until something of it changes
    private void judge(Subject s, Sight sight, Look look, Now now) {
        Traits traits = sight.traits(s.slot);
        if (traits != s.traits) {
            s.traits = traits;
            match(s, look, look.now());
        }
        s.used(sight, look.now(), ratedAt, rates);
        char state = sight.state(s.slot);
        boolean ended = (state == 'Z' || state == 'X') && sight.threads(s.slot) <= 1; // its first thread may end first
        s.zombieSince = !ended ? Subject.NEVER : s.zombieSince == Subject.NEVER ? look.now() : s.zombieSince;
        if (orphans != null) {
            orphan(s, sight, look);
        }
        if (ended || sight.kernel(s.slot)) {
            return; // uses nothing, and cannot be ended
        }
        for (int i = 0; i < s.tracks.length; i++) {
            Track t = s.tracks[i];
            if (t == null) {
                continue;
            }
            Rule r = rules.get(i);
            r.members.add(s);
            if (r.ofOne.length == 0) {
                continue;
            }
            due = Math.min(due, r.measure(s, t, sight, look));
            if (t.fired) {
                if (!r.lingers(t)) {
                    cleared(t, look, "no longer");
                }
            } else if (r.due(t)) {
                fire(r, t, s, sight, look, now);
            } else {
                t.heldBack = false;
            }
        }
    }

    private void orphan(Subject s, Sight sight, Look look) {
        if (!Orphans.is(sight, s.slot, self)) {
            s.hadParent = true;
            s.orphanSince = Subject.NEVER;
        } else if (s.orphanSince == Subject.NEVER) {
            s.orphanSince = look.now();
        }
    }

    private void fire(Rule r, Track t, Subject s, Sight sight, Look look, Now now) {
        ProcessRef ref = s.ref();
        boolean dry = spec.dryRun() || r.spec.dryRun();
        var finding = new Finding(
                look.wall(),
                Finding.Kind.FIRED,
                r.spec.name(),
                s.suspect(sight),
                r.why(t, s, sight, look),
                Wording.of(r.spec.deed()),
                r.evidence(t, r.ofOne),
                dry,
                r.spec.alert());
        if (r.spec.deed() instanceof Deed.Kill && executions.has(ref)) {
            return; // another rule has it already
        }
        t.finding = lasts(r) ? finding : null;
        t.fired = enact(r, t, s, finding, sight, look, now);
    }

    /** @return false when it has to be asked again at the next look */
    private boolean enact(Rule r, Track t, Subject s, Finding f, Sight sight, Look look, Now now) {
        boolean touches = r.spec.deed() instanceof Deed.Kill || r.spec.deed() instanceof Deed.Nice;
        String why = touches ? protection.of(s.pid, sight.kernel(s.slot), s.traits, r.spec.overrideProtect()) : null;
        if (why != null) {
            out.add(new Action.Tell(f.as(Finding.Kind.SPARED, look.wall(), "left alone: " + why)));
            t.finding = null; // nothing lasts that would have to be told to be over
            return true;
        }
        Allowance.Taken taken = (acts(r.spec.deed()) ? r.allowance : Allowance.FREE).take(now.mono(), f.dry());
        if (taken == null) {
            if (!t.heldBack) {
                t.heldBack = true;
                out.add(new Action.Tell(
                        f.as(Finding.Kind.HELD_BACK, look.wall(), "held back: at most " + r.spec.atMost())));
            }
            return false;
        }
        out.add(new Action.Tell(f));
        if (!f.dry()) {
            act(r, s, f, taken, sight, now);
        }
        return true;
    }

    /** Whether somebody is to hear when it is over; what is done once is over by itself. */
    private static boolean lasts(Rule r) {
        return !acts(r.spec.deed());
    }

    private static boolean acts(Deed deed) {
        return !(deed instanceof Deed.Log) && !(deed instanceof Deed.Alert);
    }

    private void act(Rule r, Subject s, Finding f, Allowance.Taken taken, Sight sight, Now now) {
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
                                now.mono()),
                        sight);
            case Deed.Restart(List<String> names) -> supervise(true, names, s, f);
            case Deed.Stop(List<String> names) -> supervise(false, names, s, f);
            case Deed.Exec exec -> out.add(new Action.Exec(exec, f));
            case Deed.Nice(int value) -> out.add(new Action.Renice(s.ref(), value, r.matcher));
        }
    }

    private void supervise(boolean restart, List<String> names, @Nullable Subject s, Finding f) {
        if (!names.isEmpty()) {
            out.add(new Action.Supervise(restart, names, f));
        } else if (s != null && !s.traits.process().isEmpty()) {
            out.add(new Action.Supervise(restart, List.of(s.traits.process()), f));
        } else {
            out.add(new Action.Tell(
                    f.as(Finding.Kind.REFUSED, f.at(), "it belongs to no process that is supervised here")));
        }
    }

    // ── all that match together ──

    private void together(Rule r, Sight sight, Look look, Now now) {
        if (r.ofAll.length == 0) {
            return;
        }
        due = Math.min(
                due,
                r.measureTogether(
                        rules.indexOf(r), sight, look, rates && ratedAt != Subject.NEVER ? ratedAt : look.now()));
        Track t = r.together;
        int condition = r.dueTogether();
        if (condition < 0) {
            if (t.fired && !r.lingersTogether()) {
                cleared(t, look, "no longer");
            }
            return;
        }
        if (r.endsOne()) {
            one(r, condition, sight, look, now);
        } else if (!t.fired) {
            Finding f = finding(r, condition, null, sight, look);
            t.finding = lasts(r) ? f : null;
            boolean acts = acts(r.spec.deed());
            if (acts && r.allowance.take(now.mono(), f.dry()) == null) {
                if (!t.heldBack) {
                    t.heldBack = true;
                    out.add(new Action.Tell(
                            f.as(Finding.Kind.HELD_BACK, look.wall(), "held back: at most " + r.spec.atMost())));
                }
                return;
            }
            t.fired = true;
            t.heldBack = false;
            out.add(new Action.Tell(f));
            if (!f.dry()) {
                switch (r.spec.deed()) {
                    case Deed.Restart(List<String> names) -> supervise(true, names, null, f);
                    case Deed.Stop(List<String> names) -> supervise(false, names, null, f);
                    case Deed.Exec exec -> out.add(new Action.Exec(exec, f));
                    case Deed.Log _, Deed.Alert _, Deed.Kill _, Deed.Nice _ -> {}
                }
            }
        }
    }

    private Finding finding(Rule r, int condition, @Nullable Subject s, Sight sight, Look look) {
        return new Finding(
                look.wall(),
                Finding.Kind.FIRED,
                r.spec.name(),
                s == null ? null : s.suspect(sight),
                r.whyTogether(condition, sight, look),
                Wording.of(r.spec.deed()),
                r.evidence(r.together, r.ofAll),
                spec.dryRun() || r.spec.dryRun(),
                r.spec.alert());
    }

    /** One after the other, each time what is left is measured anew. */
    private void one(Rule r, int condition, Sight sight, Look look, Now now) {
        boolean dry = spec.dryRun() || r.spec.dryRun();
        if (executions.waits(r.spec.name())) {
            r.quietUntil = look.now() + QUIET.toNanos();
            r.together.restartUsage(); // what the one used that ends now is nobody else's fault
            return;
        }
        if ((r.together.fired && dry) || (r.ofHost(condition) && look.now() < r.quietUntil)) {
            return; // what was ended frees its memory, and others fetch theirs back: that is a stall, too
        }
        int all = r.members.size();
        var may = new ArrayList<Subject>();
        var untouchable = new ArrayList<Subject>();
        for (Subject s : r.members) {
            Track own = s.tracks[rules.indexOf(r)];
            if (protection.of(s.pid, false, s.traits, r.spec.overrideProtect()) == null
                    && !executions.has(s.ref())
                    && (own == null || !own.fired)) {
                may.add(s);
            } else {
                untouchable.add(s);
            }
        }
        boolean inVain = r.inVain(condition, rules.indexOf(r), untouchable, sight, look);
        Subject chosen = inVain ? null : r.choose(condition, rules.indexOf(r), may, sight, look);
        if (chosen == null) {
            if (!r.together.fired) {
                r.together.fired = true;
                Finding f = finding(r, condition, null, sight, look);
                r.together.finding = null;
                out.add(new Action.Tell(f.as(
                        Finding.Kind.SPARED,
                        look.wall(),
                        all == 0
                                ? "there is nobody to choose"
                                : inVain
                                        ? "nobody is ended: those that may not be touched are too much by themselves"
                                        : "left alone: none of them may be touched")));
            }
            return;
        }
        Finding f = finding(r, condition, chosen, sight, look);
        r.together.fired = false;
        boolean done = enact(r, r.together, chosen, f, sight, look, now);
        Track own = chosen.tracks[rules.indexOf(r)];
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

    private Judge kills(Look look, Sight sight) {
        return (s, f, kill, still, spares, override, allowance) ->
                kill(look, sight, s, f, kill, still, spares, override, allowance);
    }

    private boolean kill(
            Look look,
            Sight sight,
            Subject s,
            Finding f,
            Deed.Kill kill,
            Predicate<Traits> still,
            Predicate<Traits> spares,
            Set<String> override,
            Allowance allowance) {
        String why = protection.of(s.pid, sight.kernel(s.slot), s.traits, override);
        if (why != null) {
            out.add(new Action.Tell(f.as(Finding.Kind.SPARED, look.wall(), "left alone: " + why)));
            return true;
        }
        if (executions.has(s.ref())) {
            return false;
        }
        var now = new MonoTime(look.now());
        Allowance.Taken taken = allowance.take(now, f.dry());
        if (taken == null) {
            if (!allowance.tellsRefusal()) {
                return false;
            }
            out.add(new Action.Tell(f.as(Finding.Kind.HELD_BACK, look.wall(), "held back: enough were ended for now")));
            return false;
        }
        out.add(new Action.Tell(f));
        if (!f.dry()) {
            executions.begin(new Execution(f, s.ref(), kill, still, spares, override, taken, now), sight);
        }
        return true;
    }

    // ── reload ──

    private void reload(GuardSpec anew, Now now) {
        var look = new Look(now.wall(), now.mono().nanos(), now.mono().nanos(), false, false);
        List<Rule> next = anew.rules().values().stream()
                .map(s ->
                        rules.stream().filter(r -> r.spec.equals(s)).findFirst().orElseGet(() -> new Rule(s)))
                .toList();
        for (Rule r : rules) {
            if (!next.contains(r)) {
                cleared(r.together, look, "the rule is gone or another");
            }
        }
        for (Subject s : subjects) {
            if (s == null) {
                continue;
            }
            @Nullable Track[] tracks = new Track[next.size()];
            for (int i = 0; i < rules.size(); i++) {
                Track t = s.tracks[i];
                int at = next.indexOf(rules.get(i));
                if (at >= 0) {
                    tracks[at] = t;
                } else if (t != null) {
                    cleared(t, look, "the rule is gone or another");
                }
            }
            s.tracks = tracks;
        }
        boolean otherwise = anew.dryRun() != spec.dryRun() || !anew.protect().equals(spec.protect());
        if (spec.dryRun() && !anew.dryRun()) { // what was only said took nothing of what may be done
            next.forEach(r -> r.allowance.restore());
        }
        if (otherwise) { // what was only said may be done now, and what was left alone may be touched
            next.forEach(r -> cleared(r.together, look, "judged anew"));
            for (Subject s : subjects) {
                for (Track t : s == null ? new Track[0] : s.tracks) {
                    if (t != null) {
                        cleared(t, look, "judged anew");
                    }
                }
            }
        }
        rules = next;
        for (Subject s : subjects) {
            if (s != null) {
                match(s, look, look.now());
            }
        }
        Zombies z = zombies;
        if (otherwise && z != null && z.spec().equals(anew.zombies())) {
            zombies = z.afresh(now.mono());
        } else if (anew.zombies() == null || z == null || !z.spec().equals(anew.zombies())) {
            zombies = anew.zombies() == null ? null : new Zombies(anew.zombies(), self, now.mono());
        }
        Orphans o = orphans;
        if (otherwise && o != null && o.spec().equals(anew.orphans())) {
            orphans = o.afresh(now.mono());
        } else if (anew.orphans() == null || o == null || !o.spec().equals(anew.orphans())) {
            orphans = anew.orphans() == null ? null : new Orphans(anew.orphans(), now.mono());
        }
        spec = anew;
        protection = new Protection(anew.protect(), self);
        executions.reload(protection);
    }
}
