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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rules over all processes: looks and answers in, actions out. It reads no clock and touches nothing. One thread uses it.
 */
public final class Guard {
    /** Looks that may be missed before a value at both ends says nothing of what was between. */
    private static final int MISSED = 3;

    private static final Duration SLACK = Duration.ofSeconds(1);

    private final int self;
    private final List<Action> out = new ArrayList<>();
    private final Executions executions;
    private final Deeds deeds;
    private final Together together;
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
        this.deeds = new Deeds(protection, executions, out::add);
        this.together = new Together(executions, deeds, out::add);
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
            case Stimulus.Struck s -> {
                executions.struck(s, now);
                if (s.blow() == Stimulus.Blow.CHANGED) {
                    judgeAnew(s.process(), now);
                }
            }
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
            members.add(new RuleView.Member(
                    s.suspect(sight),
                    Objects.requireNonNullElse(deeds.protects(s, sight.kernel(s.slot), r), ""),
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
        deeds.at(sight, look);
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
                judge(s, sight, look);
            }
        }
        for (int i = 0; i < rules.size(); i++) {
            Rule r = rules.get(i);
            if (r.ofAll.length > 0) {
                long from = rates && ratedAt != Subject.NEVER ? ratedAt : look.now();
                due = Math.min(due, r.measureTogether(i, sight, look, from));
                together.judge(r, i, spec.dryRun(), sight, look);
            }
        }
        Zombies z = zombies;
        if (z != null) {
            z.look(subjects, sight, now, spec.dryRun(), deeds, out::add);
        }
        Orphans o = orphans;
        if (o != null) {
            o.look(subjects, sight, now, spec.dryRun(), deeds, out::add);
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
                deeds.cleared(track, look, "it is no longer what the rule is about");
                s.tracks[i] = null;
            }
        }
    }

    /** It was another when it was to be struck. Should it be what a rule is about again, that has not acted upon it. */
    private void judgeAnew(ProcessRef ref, Now now) {
        for (Subject s : subjects) {
            if (s != null && s.ref().equals(ref)) {
                for (int i = 0; i < rules.size(); i++) {
                    Track t = s.tracks[i];
                    if (t != null && t.fired && rules.get(i).spec.deed() instanceof Deed.Kill) {
                        s.tracks[i] = rules.get(i).track(now.mono().nanos());
                    }
                }
            }
        }
    }

    private void ended(Subject s, Look look) {
        for (Track t : s.tracks) {
            if (t != null) {
                deeds.cleared(t, look, "it has ended");
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // the sight keeps the object until something of it changes
    private void judge(Subject s, Sight sight, Look look) {
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
                    deeds.cleared(t, look, "no longer");
                }
            } else if (r.due(t)) {
                fire(r, t, s, sight, look);
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

    private void fire(Rule r, Track t, Subject s, Sight sight, Look look) {
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
        t.finding = Deeds.lasts(r) ? finding : null;
        t.fired = deeds.enact(r, t, s, finding);
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
                deeds.cleared(r.together, look, "the rule is gone or another");
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
                    deeds.cleared(t, look, "the rule is gone or another");
                }
            }
            s.tracks = tracks;
        }
        boolean otherwise = anew.dryRun() != spec.dryRun() || !anew.protect().equals(spec.protect());
        if (spec.dryRun() && !anew.dryRun()) { // what was only said took nothing of what may be done
            next.forEach(r -> r.allowance.restore());
        }
        if (otherwise) { // what was only said may be done now, and what was left alone may be touched
            next.forEach(r -> deeds.cleared(r.together, look, "judged anew"));
            for (Subject s : subjects) {
                for (Track t : s == null ? new Track[0] : s.tracks) {
                    if (t != null) {
                        deeds.cleared(t, look, "judged anew");
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
        deeds.reload(protection);
    }
}
