package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Choice;
import dev.holdfast.config.GuardSpec.ConditionSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.config.GuardSpec.RuleSpec;
import dev.holdfast.unit.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One rule made ready, and what it remembers of all that match together. */
final class Rule {
    final RuleSpec spec;
    final Matcher matcher;
    final Allowance allowance;
    /** Conditions of one process: those of {@code any}, then those of {@code all}. */
    final Gauge[] ofOne;

    final Gauge[] ofAll;
    /** Those of one, then those of all: of these a process has its part. */
    private final Gauge[] ofBoth;

    final Track together;
    /** Who matches, as of the last look. */
    final List<Subject> members = new ArrayList<>();

    /** One was ended for the host's sake just now. */
    long quietUntil = Long.MIN_VALUE;

    private final int any;
    /** CPU of all together since the rule was: of each what was seen of it. */
    private long usedTicks;

    Rule(RuleSpec spec) {
        this.spec = spec;
        this.matcher = new Matcher(spec.match());
        this.allowance = new Allowance(spec.atMost());
        this.any = spec.any().size();
        this.ofOne =
                gauges(Stream.concat(spec.any().stream(), spec.all().stream()).toList());
        this.ofAll = gauges(spec.total());
        this.ofBoth = Stream.of(ofOne, ofAll).flatMap(Stream::of).toArray(Gauge[]::new);
        this.together = new Track(ofAll, Track.NEVER);
    }

    private static Gauge[] gauges(List<ConditionSpec> specs) {
        return specs.stream().map(Gauge::new).toArray(Gauge[]::new);
    }

    /** @param from before that nothing is held against the process */
    Track track(long from) {
        return new Track(ofBoth, from);
    }

    // ── one process ──

    /** Measures it. @return when something that holds would be due, {@link Long#MAX_VALUE} when nothing would */
    long measure(Subject s, Track track, Sight sight, Look look) {
        long due = Long.MAX_VALUE;
        for (int i = 0; i < ofOne.length; i++) {
            Gauge g = ofOne[i];
            double value = value(g, s, sight, look);
            boolean stretch = g.ofStretch();
            if (g.ofWindow()) {
                if (s.rated) {
                    track.takeUsage(i, (double) s.cpuTicks(), (double) s.usedTicks, s.ratedFrom, look.now());
                }
            } else if (!stretch || s.rated) {
                long began = stretch && (!look.blind() || g.provesItself()) ? s.ratedFrom : look.now();
                track.take(i, value, began, look.now(), look.blind());
            }
            if (g.measure == Measure.RUNTIME && g.risesToHold() && value < g.bound()) {
                due = Math.min(due, look.now() + (long) ((g.bound() - value) * 1e9));
            } else if (g.windowNanos > 0 && !track.fired) {
                due = Math.min(due, track.dueAfter(i, look.now()));
            }
        }
        return due;
    }

    /** When what was measured began: what is counted over a stretch was so in all of it, if that was short. */
    private static long began(Gauge g, Look look, long ratedFrom) {
        return g.ofStretch() && (!look.blind() || g.provesItself()) ? ratedFrom : look.now();
    }

    /** As it is judged: over its window, where that is what counts. */
    private static double judged(Gauge g, Track t, int i, Subject s, Sight sight, Look look) {
        return g.ofWindow() ? t.meanPercent(i) : value(g, s, sight, look);
    }

    private static double value(Gauge g, Subject s, Sight sight, Look look) {
        return switch (g.measure) {
            case CPU -> s.cpuPercent;
            case MEMORY -> {
                long rss = sight.rssBytes(s.slot);
                // Never too little: a costlier figure is asked for only where it could hold.
                yield (double) (g.risesToHold() && !g.lingers((double) rss) ? rss : sight.pssBytes(s.slot));
            }
            case RUNTIME -> (sight.nowTicks() - s.startTicks) / 100.0;
            case THREADS -> (double) sight.threads(s.slot);
            case DESCRIPTORS -> known(sight.descriptors(s.slot));
            case IO -> s.ioRate(sight, look.now());
            case COUNT, PRESSURE, AVAILABLE -> throw new IllegalStateException("of all together: " + g.measure);
        };
    }

    private double judgedTogether(int i, Sight sight, Look look) {
        return ofAll[i].ofWindow() ? together.meanPercent(i) : sum(ofAll[i], members, sight, look);
    }

    private static double known(long value) {
        return value < 0 ? Double.NaN : (double) value;
    }

    /** Whether it is as the rule says, long enough. */
    boolean due(Track t) {
        boolean one = any == 0;
        for (int i = 0; i < any; i++) {
            one |= t.due(i);
        }
        boolean every = true;
        for (int i = any; i < ofOne.length; i++) {
            every &= t.due(i);
        }
        return ofOne.length > 0 && one && every;
    }

    /** Whether it has not clearly come back. */
    boolean lingers(Track t) {
        boolean one = any == 0;
        for (int i = 0; i < any; i++) {
            one |= t.lingers(i);
        }
        boolean every = true;
        for (int i = any; i < ofOne.length; i++) {
            every &= t.lingers(i);
        }
        return one && every;
    }

    // ── all together ──

    /**
     * @param at this rule's place: members have their tracks there
     * @param ratedFrom when the stretch began that this look closes; now: it closes none
     */
    long measureTogether(int at, Sight sight, Look look, long ratedFrom) {
        long due = Long.MAX_VALUE;
        boolean rates = ratedFrom < look.now();
        for (int k = 0; rates && k < members.size(); k++) {
            usedTicks += members.get(k).usedTicks;
        }
        for (int i = 0; i < ofAll.length; i++) {
            Gauge g = ofAll[i];
            if (g.ofWindow() && rates) {
                together.takeUsage(i, (double) usedTicks, 0, look.now(), look.now());
                for (Subject s : members) {
                    part(s, at)
                            .takeUsage(
                                    ofOne.length + i,
                                    (double) s.cpuTicks(),
                                    (double) s.usedTicks,
                                    s.ratedFrom,
                                    look.now());
                }
            } else if (!g.ofStretch() || (!g.ofWindow() && rates)) {
                together.take(i, sum(g, members, sight, look), began(g, look, ratedFrom), look.now(), look.blind());
            }
            if (g.windowNanos > 0 && !together.fired) {
                due = Math.min(due, together.dueAfter(i, look.now()));
            }
        }
        return due;
    }

    private static Track part(Subject s, int at) {
        return java.util.Objects.requireNonNull(s.tracks[at]); // a member has one
    }

    /** Its part of what all have, over the window where there is one. */
    private double part(int condition, int at, Subject s, Sight sight, Look look) {
        Gauge g = ofAll[condition];
        return g.ofWindow()
                ? part(s, at).usedTicks(ofOne.length + condition) * 1e9 / g.windowNanos
                : value(g, s, sight, look);
    }

    /** What is not known is not little. */
    private static double available(Gauge g, Sight sight) {
        double bytes = sight.availableBytes() < 0 ? Double.NaN : sight.availableBytes();
        return g.shareOfHost ? 100 * bytes / sight.totalBytes() : bytes;
    }

    private static double sum(Gauge g, List<Subject> members, Sight sight, Look look) {
        return switch (g.measure) {
            case COUNT -> members.size();
            case PRESSURE -> g.spec.threshold() instanceof Threshold.Pressure p && sight.pressed(p) ? 1 : 0;
            case AVAILABLE -> available(g, sight);
            case MEMORY -> {
                double rss = 0;
                for (int i = 0; i < members.size(); i++) {
                    rss += (double) sight.rssBytes(members.get(i).slot);
                }
                if (g.risesToHold() && !g.lingers(rss)) {
                    yield rss;
                }
                double pss = 0;
                for (int i = 0; i < members.size(); i++) {
                    pss += (double) sight.pssBytes(members.get(i).slot);
                }
                yield pss;
            }
            case CPU, THREADS, DESCRIPTORS, IO -> {
                double sum = 0;
                for (int i = 0; i < members.size(); i++) {
                    double value = value(g, members.get(i), sight, look);
                    // What is not known yet can only make a sum too small: then it proves nothing of "less than".
                    sum += Double.isNaN(value) ? (g.risesToHold() ? 0 : Double.NaN) : value;
                }
                yield sum;
            }
            case RUNTIME -> throw new IllegalStateException("of one process");
        };
    }

    /** Whether those who may not be touched are too much by themselves: then to end others cannot help. */
    boolean inVain(int condition, int at, List<Subject> untouchable, Sight sight, Look look) {
        Gauge g = ofAll[condition];
        return switch (g.measure) {
            case PRESSURE, AVAILABLE, RUNTIME -> false;
            case CPU, MEMORY, THREADS, DESCRIPTORS, IO, COUNT ->
                !untouchable.isEmpty()
                        && g.risesToHold()
                        && g.holds(
                                g.ofWindow()
                                        ? untouchable.stream()
                                                .mapToDouble(s -> part(condition, at, s, sight, look))
                                                .sum()
                                        : sum(g, untouchable, sight, look));
        };
    }

    /** Whether it is of the host, which takes a moment to recover. */
    boolean ofHost(int condition) {
        return ofAll[condition].measure == Measure.PRESSURE || ofAll[condition].measure == Measure.AVAILABLE;
    }

    /** The first condition of all together that is due; -1: none. */
    int dueTogether() {
        for (int i = 0; i < ofAll.length; i++) {
            if (together.due(i)) {
                return i;
            }
        }
        return -1;
    }

    boolean lingersTogether() {
        for (int i = 0; i < ofAll.length; i++) {
            if (together.lingers(i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether its deed is done to one process after the other. */
    boolean endsOne() {
        return spec.deed() instanceof Deed.Kill || spec.deed() instanceof Deed.Nice;
    }

    /** Who bears most of what is too much. */
    @Nullable
    Subject choose(int condition, int at, List<Subject> from, Sight sight, Look look) {
        Gauge g = ofAll[condition];
        Choice how = spec.choose();
        if (how == null) {
            how = g.measure == Measure.COUNT ? Choice.YOUNGEST : Choice.LARGEST;
        }
        Subject best = null;
        double most = 0;
        for (Subject s : from) {
            double weight = switch (how) {
                case OLDEST -> -(double) s.startTicks;
                case YOUNGEST -> (double) s.startTicks;
                case LARGEST -> weight(condition, at, s, sight, look);
            };
            if (best == null || weight > most) {
                best = s;
                most = weight;
            }
        }
        return best;
    }

    private double weight(int condition, int at, Subject s, Sight sight, Look look) {
        double weight = switch (ofAll[condition].measure) {
            case CPU, THREADS, DESCRIPTORS, IO -> part(condition, at, s, sight, look);
            case MEMORY -> sight.pssBytes(s.slot);
            // In a hurry: no walk of page tables while the host suffers.
            case COUNT, PRESSURE, AVAILABLE, RUNTIME -> (double) sight.rssBytes(s.slot);
        };
        return Double.isNaN(weight) ? 0 : weight;
    }

    List<RuleView.Condition> conditions(Track t, Subject s, Sight sight, Look look) {
        var all = new ArrayList<RuleView.Condition>();
        for (int i = 0; i < ofOne.length; i++) {
            all.add(condition(ofOne[i], t, i, judged(ofOne[i], t, i, s, sight, look), look));
        }
        return all;
    }

    List<RuleView.Condition> conditionsTogether(Sight sight, Look look) {
        var all = new ArrayList<RuleView.Condition>();
        for (int i = 0; i < ofAll.length; i++) {
            all.add(condition(ofAll[i], together, i, judgedTogether(i, sight, look), look));
        }
        return all;
    }

    private static RuleView.Condition condition(Gauge g, Track t, int i, double value, Look look) {
        return new RuleView.Condition(
                g.spec.name().equals(g.measure.written()) ? "" : g.spec.name(),
                g.spec.toString(),
                g.text(value),
                t.holding(i),
                t.heldNanos(i, look.now()) / 1_000_000_000L,
                g.windowNanos / 1_000_000_000L,
                t.due(i));
    }

    /** What was measured of the conditions that are due, for people. */
    String why(Track t, Subject s, Sight sight, Look look) {
        var parts = new ArrayList<String>();
        for (int i = 0; i < ofOne.length; i++) {
            if (t.due(i)) {
                parts.add(text(ofOne[i], judged(ofOne[i], t, i, s, sight, look)));
            }
        }
        return String.join(", ", parts);
    }

    String whyTogether(int condition, Sight sight, Look look) {
        return "all " + members.size() + " together: " + text(ofAll[condition], judgedTogether(condition, sight, look));
    }

    private static String text(Gauge g, double value) {
        String name = g.spec.name().equals(g.measure.written()) ? "" : g.spec.name() + ": ";
        return name + g.spec + " (" + g.text(value) + ")";
    }

    List<String> evidence(Track t, Gauge[] gauges) {
        var all = new ArrayList<String>();
        for (int i = 0; i < gauges.length; i++) {
            if (t.due(i)) {
                all.addAll(t.evidence(i));
            }
        }
        return List.copyOf(all);
    }
}
