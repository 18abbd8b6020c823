package dev.holdfast.audit.php;

import static dev.holdfast.audit.php.Budget.size;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one child may take, and does take. */
final class MemoryRules {
    private static final long GIB = 1L << 30;
    private static final long MIB = 1L << 20;
    private static final int FEW = 2;

    private MemoryRules() {}

    static List<Finding> of(Fpm fpm, Pool pool, Budget budget) {
        var found = new ArrayList<Finding>();
        unlimited(fpm, pool).ifPresent(found::add);
        high(fpm, pool).ifPresent(found::add);
        odd(fpm, pool).ifPresent(found::add);
        outgrown(fpm, pool).ifPresent(found::add);
        neverReached(fpm, pool).ifPresent(found::add);
        measuredOvercommit(fpm, pool, budget).ifPresent(found::add);
        return found;
    }

    private static Optional<Finding> unlimited(Fpm fpm, Pool pool) {
        Setting s = fpm.limitSetting(pool);
        if (s == null || fpm.limit(pool) != Long.MAX_VALUE) {
            return Optional.empty();
        }
        long proposed = proposed(fpm, pool);
        return Optional.of(new Finding(
                "php-fpm-memory-limit-unlimited",
                Grade.CRITICAL,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": memory_limit is unlimited for each of its " + pool.children() + " children",
                evidence(fpm, pool),
                "One request that loops while it allocates takes all memory of the host; the kernel then ends what it"
                        + " thinks best, often the database.",
                fpm.fix("set memory_limit to " + Quantity.written(proposed), List.of(fpm.limit(pool, s, proposed)))));
    }

    private static Optional<Finding> high(Fpm fpm, Pool pool) {
        Setting s = fpm.limitSetting(pool);
        long limit = fpm.limit(pool);
        if (s == null || limit <= GIB || limit == Long.MAX_VALUE) {
            return Optional.empty();
        }
        List<Long> measured = fpm.measured(pool);
        boolean known = measured.size() >= FEW;
        long proposed = proposed(fpm, pool);
        boolean lower = known && proposed < limit;
        return Optional.of(new Finding(
                "php-fpm-memory-limit-high",
                Grade.WARNING,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": memory_limit is " + size(limit) + " for each of its " + pool.children()
                        + " children",
                evidence(fpm, pool),
                "A limit that high stops nothing: one request in trouble takes gigabytes before php ends it, and several"
                        + " at once take the host. Jobs that need so much belong on the command line, which has a"
                        + " limit of its own.",
                lower
                        ? fpm.fix(
                                "set memory_limit to " + Quantity.written(proposed)
                                        + ", twice what its largest child has now",
                                List.of(fpm.limit(pool, s, proposed)))
                        : Fix.byHand("lower memory_limit to what its largest request needs; nothing of it runs now that"
                                + " would tell how much that is")));
    }

    /** 256M, or a power of two from twice what the largest child has on, of all pools that have their limit from there. */
    static long proposed(Fpm fpm, Pool pool) {
        long most = fpm.of(pool, fpm.limitSetting(pool)).stream()
                .flatMap(p -> fpm.measured(p).stream())
                .mapToLong(m -> m)
                .max()
                .orElse(0);
        long limit = 256 * MIB;
        while (limit < 2 * most) {
            limit *= 2;
        }
        return limit;
    }

    private static Optional<Finding> odd(Fpm fpm, Pool pool) {
        Setting s = fpm.limitSetting(pool);
        if (s == null || Quantity.plain(s.value()) || s.value().contains("${")) {
            return Optional.empty();
        }
        long means = Quantity.bytes(s.value());
        String meant = s.value().strip().replaceAll("(?i)^(\\d{1,15}) ?([kmg])i?b$", "$1$2");
        boolean plain = Quantity.plain(meant);
        return Optional.of(new Finding(
                "php-fpm-memory-limit-odd",
                Grade.WARNING,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": memory_limit \"" + s.value() + "\" means " + means + " bytes to php",
                List.of(s.evidence(), "php takes the digits in front, and of what follows only a last K, M or G"),
                "The limit that was meant does not hold: what php reads is another number.",
                plain
                        ? fpm.fix("write " + meant, List.of(Fpm.set(s, meant)))
                        : Fix.byHand("write a whole number with K, M or G, or -1")));
    }

    private static Optional<Finding> outgrown(Fpm fpm, Pool pool) {
        List<Long> measured = fpm.measured(pool);
        long limit = fpm.limit(pool);
        long most = measured.stream().mapToLong(m -> m).max().orElse(0);
        // What php itself needs, and its part of opcache, is beside the limit.
        if (most <= limit + 64 * MIB || limit == Long.MAX_VALUE) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                "php-fpm-child-above-limit",
                Grade.WARNING,
                site(fpm, pool),
                pool.name(),
                "pool " + pool.name() + ": a child has " + size(most) + ", more than memory_limit allows ("
                        + size(limit) + ")",
                evidence(fpm, pool),
                "Memory that extensions and libraries take (images, XML, LDAP) is not php's and not limited by it: what"
                        + " this pool can take is more than children × memory_limit.",
                Fix.byHand("set pm.max_requests so that children are renewed, and find the extension that keeps memory;"
                        + " a limit of the service's cgroup (MemoryMax=) bounds it in any case")));
    }

    private static Optional<Finding> neverReached(Fpm fpm, Pool pool) {
        List<Long> measured = fpm.measured(pool);
        Setting s = fpm.limitSetting(pool);
        long limit = fpm.limit(pool);
        long most = measured.stream().mapToLong(m -> m).max().orElse(0);
        long proposed = proposed(fpm, pool);
        if (s == null
                || measured.size() < FEW
                || limit > GIB // said already
                || limit < 512 * MIB
                || limit < 8 * most
                || proposed >= limit) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                "php-fpm-limit-never-reached",
                Grade.NOTE,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": memory_limit is " + size(limit) + ", its largest child has " + size(most),
                evidence(fpm, pool),
                "A limit far above what is used stops a request that runs wild late.",
                fpm.fix(
                        "set memory_limit to " + Quantity.written(proposed) + " or more",
                        List.of(fpm.limit(pool, s, proposed)))));
    }

    /** What children have today, times those that may run. */
    private static Optional<Finding> measuredOvercommit(Fpm fpm, Pool pool, Budget budget) {
        List<Long> measured = fpm.measured(pool);
        Setting s = pool.get("pm.max_children");
        if (s == null || measured.isEmpty() || budget.memory() <= 0) {
            return Optional.empty();
        }
        long most = measured.stream().mapToLong(m -> m).max().orElse(0);
        long all = Math.min(Notes.times(most, fpm.children(pool)), budget.bound());
        if (all <= budget.room()) {
            return Optional.empty();
        }
        int fit = (int) Math.max(1, budget.sound() / most);
        var evidence = new ArrayList<>(evidence(fpm, pool));
        evidence.add(s.evidence());
        evidence.addAll(budget.arithmetic());
        evidence.add(budget.soundArithmetic());
        evidence.add(size(budget.sound()) + " / " + size(most) + " = " + fit + " children");
        List<Edit> edits = ProcessEdits.children(pool, fit);
        return Optional.of(new Finding(
                "php-fpm-measured-overcommit",
                all > budget.room() + budget.swap() ? Grade.CRITICAL : Grade.WARNING,
                List.of(s.site()),
                pool.name(),
                "pool " + pool.name() + ": children of the size they have today (" + size(most) + ") are " + size(all)
                        + " when all " + fpm.children(pool) + " run, and there are " + size(budget.room()),
                evidence,
                "This needs no request that runs wild: the first hour in which all children are wanted is enough.",
                fpm.fix("set pm.max_children to " + fit, edits)));
    }

    static List<String> evidence(Fpm fpm, Pool pool) {
        var lines = new ArrayList<String>();
        lines.add(fpm.limitEvidence(pool));
        Setting ini = fpm.ini().settings().get("memory_limit");
        Setting counts = fpm.limitSetting(pool);
        if (ini != null && counts != null && !ini.equals(counts)) {
            lines.add(ini.evidence() + " (overridden by the pool)");
        }
        if (counts != null && !counts.key().startsWith("php_admin")) {
            lines.add("a script may raise it by ini_set(): only php_admin_value is a limit that holds");
        }
        List<Long> measured = fpm.measured(pool);
        if (!measured.isEmpty()) {
            long sum = measured.stream().mapToLong(m -> m).sum();
            long most = measured.stream().mapToLong(m -> m).max().orElse(0);
            lines.add("measured now: " + measured.size() + " children, " + size(sum / measured.size())
                    + " each on average, the largest " + size(most) + " (PSS)");
        }
        return lines;
    }

    static List<Site> site(Fpm fpm, Pool pool) {
        Setting s = fpm.limitSetting(pool);
        return List.of(s == null ? pool.site() : s.site());
    }
}
