package dev.holdfast.config;

import dev.holdfast.config.GuardSpec.ConditionSpec;
import dev.holdfast.config.GuardSpec.Measure;
import dev.holdfast.unit.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** The conditions of a rule of the guard: one measure each, with a bound that fits it and that can be passed. */
final class ConditionResolver {
    private static final Set<Measure> OF_ALL = EnumSet.of(
            Measure.CPU,
            Measure.MEMORY,
            Measure.THREADS,
            Measure.DESCRIPTORS,
            Measure.IO,
            Measure.COUNT,
            Measure.PRESSURE,
            Measure.AVAILABLE);
    private static final Set<Measure> OF_ONE =
            EnumSet.of(Measure.CPU, Measure.MEMORY, Measure.RUNTIME, Measure.THREADS, Measure.DESCRIPTORS, Measure.IO);

    private final Problems problems;
    private final Binder binder;

    ConditionResolver(Problems problems, Binder binder) {
        this.problems = problems;
        this.binder = binder;
    }

    /** Of each process by itself. What is wrong with one is a problem, and it is left out. */
    List<ConditionSpec> ofOne(List<GuardSections.Condition> written, Node at) {
        return conditions(written, OF_ONE, at);
    }

    /** Of all that match together; likewise. */
    List<ConditionSpec> ofAll(List<GuardSections.Condition> written, Node at) {
        return conditions(written, OF_ALL, at);
    }

    private List<ConditionSpec> conditions(List<GuardSections.Condition> written, Set<Measure> allowed, Node at) {
        var all = new ArrayList<ConditionSpec>();
        for (GuardSections.Condition c : written) {
            ConditionSpec spec = condition(c, allowed, at);
            if (spec != null) {
                all.add(spec);
            }
        }
        return List.copyOf(all);
    }

    private @Nullable ConditionSpec condition(GuardSections.Condition c, Set<Measure> allowed, Node at) {
        if (binder.broken(c)) {
            return null;
        }
        Measure measure = null;
        Threshold threshold = null;
        Node where = at;
        for (Measure m : Measure.values()) {
            Threshold t = of(c, m);
            if (t == null) {
                continue;
            }
            where = binder.at(c, m.written(), at);
            if (measure != null) {
                problems.add(
                        where,
                        "a condition has one measure, not " + measure.written() + " and " + m.written()
                                + "; under all every condition is needed");
                return null;
            }
            measure = m;
            threshold = t;
        }
        if (measure == null || threshold == null) {
            problems.add(
                    binder.at(c, "window", binder.at(c, "name", at)),
                    "a condition needs one of cpu, memory, runtime, threads, descriptors, io, count, pressure and available");
            return null;
        }
        if (!allowed.contains(measure)) {
            problems.add(
                    where,
                    allowed.contains(Measure.RUNTIME)
                            ? measure.written() + " is of all that match: it stands under total"
                            : "runtime is of one process: it stands under any or all");
            return null;
        }
        return bound(c, measure, threshold, where);
    }

    private @Nullable ConditionSpec bound(GuardSections.Condition c, Measure measure, Threshold t, Node where) {
        String wrong = wrong(measure, t);
        if (wrong != null) {
            problems.add(where, "\"" + t + "\": " + wrong);
            return null;
        }
        Duration window = c.window() == null ? Duration.ZERO : c.window();
        boolean told = measure == Measure.RUNTIME || measure == Measure.PRESSURE;
        if (told && c.window() != null) {
            problems.add(
                    binder.at(c, "window", where),
                    measure.written() + " says a time already: for does not stand beside it");
        }
        String name = c.name();
        return new ConditionSpec(name == null ? measure.written() : name, measure, t, window);
    }

    /** Null when it fits. */
    private static @Nullable String wrong(Measure measure, Threshold t) {
        if (measure == Measure.PRESSURE) {
            return t instanceof Threshold.Pressure ? null : "pressure is such as some > 150ms / 1s";
        }
        if (!(t instanceof Threshold.Compare(String subject, Threshold.Comparison comparison, Threshold.Bound bound))) {
            return measure.written() + " is compared, such as " + example(measure);
        }
        if (subject != null) {
            return "the key says what is measured, the value begins with the comparison, such as " + example(measure);
        }
        boolean equal = comparison == Threshold.Comparison.EQUAL;
        boolean fits = switch (bound) {
            case Threshold.Bound.Share share ->
                measure == Measure.CPU
                        || (measure == Measure.AVAILABLE && share.value().share() <= 1);
            case Threshold.Bound.Size _ ->
                measure == Measure.MEMORY || measure == Measure.IO || measure == Measure.AVAILABLE;
            case Threshold.Bound.Time _ -> measure == Measure.RUNTIME;
            case Threshold.Bound.Count count ->
                count.value().stripTrailingZeros().scale() <= 0
                        && (measure == Measure.COUNT || measure == Measure.THREADS || measure == Measure.DESCRIPTORS);
        };
        if (!fits) {
            return measure.written() + " is such as " + example(measure);
        }
        boolean zero = bound instanceof Threshold.Bound.Share(var share) && share.share() == 0;
        boolean exact = measure == Measure.COUNT || measure == Measure.THREADS || measure == Measure.DESCRIPTORS;
        if (equal && !exact && !(measure == Measure.CPU && zero)) {
            return "== hardly ever holds for " + measure.written() + (measure == Measure.CPU ? " but == 0%" : "")
                    + "; use > or <";
        }
        if (zero && comparison == Threshold.Comparison.BELOW) {
            return "nothing is below 0%";
        }
        return measure == Measure.AVAILABLE
                        && comparison != Threshold.Comparison.BELOW
                        && comparison != Threshold.Comparison.AT_MOST
                ? "what is left is too little, never too much: < or <="
                : null;
    }

    private static String example(Measure measure) {
        return switch (measure) {
            case CPU -> "> 80%";
            case MEMORY -> "> 500Mi";
            case RUNTIME -> "> 30m";
            case THREADS -> "> 500";
            case DESCRIPTORS -> "> 1000";
            case IO -> "> 50Mi, in a second";
            case COUNT -> "> 20";
            case PRESSURE -> "some > 150ms / 1s";
            case AVAILABLE -> "< 5% or < 200Mi";
        };
    }

    private static @Nullable Threshold of(GuardSections.Condition c, Measure m) {
        return switch (m) {
            case CPU -> c.cpu();
            case MEMORY -> c.memory();
            case RUNTIME -> c.runtime();
            case THREADS -> c.threads();
            case DESCRIPTORS -> c.descriptors();
            case IO -> c.io();
            case COUNT -> c.count();
            case PRESSURE -> c.pressure();
            case AVAILABLE -> c.available();
        };
    }
}
