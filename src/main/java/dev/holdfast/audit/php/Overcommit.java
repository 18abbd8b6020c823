package dev.holdfast.audit.php;

import static dev.holdfast.audit.php.Budget.size;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** memory_limit × pm.max_children of all pools of all php-fpms, against what the host has left for them. */
record Overcommit(List<Member> members, Budget budget) {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long LEAST_LIMIT = 128 * MIB;
    private static final long STEP = 64 * MIB;

    /** A pool whose children are bounded. */
    record Member(Fpm fpm, Pool pool) {
        long worst() {
            return Notes.times(fpm.children(pool), fpm.limit(pool));
        }

        int children() {
            return fpm.children(pool);
        }
    }

    static Optional<Finding> of(List<Fpm> all, Budget budget) {
        var members = new ArrayList<Member>();
        for (Fpm fpm : all) {
            for (Pool pool : fpm.files().pools().values()) {
                // No limit at all is a finding of its own, and nothing to multiply.
                if (fpm.later(pool) == null && fpm.limit(pool) < Long.MAX_VALUE && fpm.children(pool) > 0) {
                    members.add(new Member(fpm, pool));
                }
            }
        }
        var o = new Overcommit(members, budget);
        return budget.memory() <= 0 || o.worst() <= budget.room() ? Optional.empty() : Optional.of(o.finding());
    }

    /** With process.max, the largest so many; no more than its service may. */
    private long worst() {
        long sum = 0;
        for (Fpm fpm : fpms()) {
            long of = 0;
            long largest = 0;
            for (Member m : members) {
                if (m.fpm.equals(fpm)) {
                    of = Notes.plus(of, m.worst());
                    largest = Math.max(largest, fpm.limit(m.pool));
                }
            }
            sum = Notes.plus(sum, fpm.processMax() > 0 ? Math.min(of, Notes.times(fpm.processMax(), largest)) : of);
        }
        return fpms().size() == 1 ? Math.min(sum, budget.bound()) : sum;
    }

    private Set<Fpm> fpms() {
        var fpms = new LinkedHashSet<Fpm>();
        members.forEach(m -> fpms.add(m.fpm));
        return fpms;
    }

    private int children() {
        return members.stream().mapToInt(Member::children).sum();
    }

    private Finding finding() {
        long worst = worst();
        var evidence = new ArrayList<String>();
        for (Member m : members) {
            evidence.add("pool " + m.pool.name() + ": " + m.children() + " children × " + size(m.fpm.limit(m.pool))
                    + " = " + size(m.worst()));
            Setting most = m.pool.get("pm.max_children");
            if (most != null) {
                evidence.add(most.evidence());
            }
            evidence.addAll(MemoryRules.evidence(m.fpm, m.pool));
        }
        evidence.addAll(budget.arithmetic());
        evidence.add("left for PHP-FPM: " + size(budget.room()));
        boolean deadly = worst > budget.room() + budget.swap();
        Fix fix = fix(evidence);
        return new Finding(
                "php-fpm-overcommit",
                deadly ? Grade.CRITICAL : Grade.WARNING,
                sites(),
                "",
                children() + (children() == 1 ? " child" : " children") + " of PHP-FPM may take " + size(worst)
                        + ", and this host has " + size(budget.room()) + " left for them"
                        + (deadly ? "" : ", and swap for the rest"),
                evidence,
                deadly
                        ? "When requests need what they are allowed to, memory ends before any limit does: the kernel"
                                + " kills what it thinks best, or the host stands still."
                        : "When requests need what they are allowed to, the host swaps, and everything on it is slow.",
                fix);
    }

    /** The first one tells this finding from others: it is the same whatever is measured, and mended by. */
    private List<Site> sites() {
        var sites = new LinkedHashSet<Site>();
        for (Member m : members) {
            Setting most = m.pool.get("pm.max_children");
            if (most != null) {
                sites.add(most.site());
            }
            sites.addAll(MemoryRules.site(m.fpm, m.pool));
        }
        return List.copyOf(sites);
    }

    private Fix fix(List<String> evidence) {
        if (fpms().size() > 1) {
            return Fix.byHand("share " + size(budget.sound()) + " out among the " + fpms().size()
                    + " php-fpms of this host, or stop those that are not used");
        }
        evidence.add(budget.soundArithmetic());
        Fpm fpm = members.getFirst().fpm;
        long highest = members.stream().mapToLong(m -> fpm.limit(m.pool)).max().orElse(0);
        if (highest > GIB) {
            long limit = budget.sound() / children() / STEP * STEP;
            if (limit >= least(fpm)) {
                evidence.add(size(budget.sound()) + " / " + children() + " children = " + size(limit)
                        + " for each, in steps of 64 MiB");
                return fpm.fix(
                        "set memory_limit to " + Quantity.written(limit) + ", and keep all children",
                        limits(fpm, limit));
            }
        }
        return fewer(fpm, evidence);
    }

    /** Not below what its children have today. */
    private long least(Fpm fpm) {
        long most = members.stream()
                .flatMap(m -> fpm.measured(m.pool).stream())
                .mapToLong(m -> m)
                .max()
                .orElse(0);
        return Math.max(LEAST_LIMIT, most * 3 / 2);
    }

    private List<Edit> limits(Fpm fpm, long limit) {
        var edits = new LinkedHashSet<Edit>();
        for (Member m : members) {
            Setting s = fpm.limitSetting(m.pool);
            if (s != null && fpm.limit(m.pool) > limit) {
                edits.add(fpm.limit(m.pool, s, limit));
            }
        }
        return List.copyOf(edits);
    }

    private Fix fewer(Fpm fpm, List<String> evidence) {
        var edits = new ArrayList<Edit>();
        var words = new ArrayList<String>();
        long then = 0;
        double share =
                budget.sound() / members.stream().mapToDouble(Member::worst).sum();
        for (Member m : members) {
            int fit = Math.min(m.children(), (int) Math.max(1, m.children() * share));
            then = Notes.plus(then, Notes.times(fit, fpm.limit(m.pool)));
            edits.addAll(ProcessEdits.children(m.pool, fit));
            words.add("pool " + m.pool.name() + " to " + fit);
        }
        if (then > budget.room()) {
            return Fix.byHand(
                    "even one child for each pool is too much: lower memory_limit, or give the host more memory");
        }
        evidence.add("children that fit: " + String.join(", ", words) + ": " + size(then) + " together");
        return fpm.fix("set pm.max_children of " + String.join(", ", words), edits);
    }
}
