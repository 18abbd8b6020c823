package dev.holdfast.audit.php;

import static dev.holdfast.audit.php.Budget.size;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Audits each PHP-FPM of the host. */
public final class PhpAudit implements Auditor {
    /** Ends the name of a claim of a process of Holdfast's in which PHP-FPM runs. */
    public static final String WITHIN = " (php-fpm)";

    /** What a child has when nobody knows better: php, opcache's part, a small request. */
    private static final long CHILD = 64L << 20;

    private static final long OPCACHE_MIB = 128;

    private final List<Claim> others;

    /** @param others what everything else on the host may take */
    public PhpAudit(List<Claim> others) {
        this.others = List.copyOf(others);
    }

    @Override
    public String program() {
        return "php-fpm";
    }

    @Override
    public Verdict audit(Grounds host) {
        List<Fpm> all = Fpm.configurations(host).stream()
                .map(file -> Fpm.read(host, file))
                .toList();
        Budget budget = Budget.of(host, others);
        WebTimeout web = WebTimeout.read(host);
        var findings = new ArrayList<Finding>();
        var claims = new ArrayList<Claim>();
        var looked = new LinkedHashSet<String>();
        Overcommit.of(all, budget).ifPresent(findings::add);
        for (Fpm fpm : all) {
            findings.addAll(FileRules.of(fpm));
            for (Pool pool : fpm.files().pools().values()) {
                findings.addAll(ManagerRules.of(fpm, pool));
                findings.addAll(TimeRules.of(fpm, pool, web));
                Setting later = fpm.later(pool);
                if (later != null) {
                    findings.add(unknown(pool, later));
                    claims.add(claim(fpm, pool, later));
                    continue;
                }
                findings.addAll(MemoryRules.of(fpm, pool, budget));
                claims.add(claim(fpm, pool));
            }
            Claim shared = opcache(fpm);
            if (shared != null) {
                claims.add(shared);
            }
            looked.addAll(fpm.files().looked());
            looked.addAll(fpm.ini().looked());
            if (fpm.files().looked().isEmpty()) {
                looked.add(fpm.files().name()); // it was told of: that it cannot be read is a finding
            }
        }
        return new Verdict(findings, claims, List.copyOf(looked));
    }

    private static Finding unknown(Pool pool, Setting later) {
        return new Finding(
                "php-fpm-unknown",
                Grade.NOTE,
                List.of(later.site()),
                pool.name(),
                "pool " + pool.name() + ": " + later.key() + " is known only when php-fpm starts: "
                        + Notes.shown(later.key(), later.value()),
                List.of(later.evidence()),
                "The environment fills it in: what this pool may take is not judged, and is named as not known in the total.",
                Fix.byHand("see to it that all its children together fit this host"));
    }

    private static Claim claim(Fpm fpm, Pool pool, Setting later) {
        List<Long> measured = fpm.measured(pool);
        long sum = measured.stream().mapToLong(m -> m).sum();
        return new Claim(
                "php-fpm pool " + pool.name(),
                Claim.NOT_KNOWN,
                sum,
                measured.isEmpty() ? null : (Long) sum,
                later.key() + " is filled in by the environment",
                List.of(later.site()));
    }

    private static Claim claim(Fpm fpm, Pool pool) {
        int children = fpm.children(pool);
        long limit = fpm.limit(pool);
        List<Long> measured = fpm.measured(pool);
        long sum = measured.stream().mapToLong(m -> m).sum();
        long each = measured.isEmpty() ? Math.min(limit, CHILD) : sum / measured.size();
        int usual = switch (pool.manager()) {
            case "static" -> children;
            case "dynamic" -> Math.min(children, Math.max(1, pool.whole("pm.max_spare_servers")));
            default -> Math.max(1, children / 2);
        };
        var sites = new ArrayList<Site>();
        Setting most = pool.get("pm.max_children");
        sites.add(most == null ? pool.site() : most.site());
        sites.addAll(MemoryRules.site(fpm, pool));
        return new Claim(
                "php-fpm pool " + pool.name(),
                limit == Long.MAX_VALUE ? Long.MAX_VALUE : times(children, limit),
                usual * each,
                measured.isEmpty() ? null : (Long) sum,
                children + (children == 1 ? " child × " : " children × ") + size(limit),
                sites);
    }

    private static long times(int n, long each) {
        return n == 0 || each <= Long.MAX_VALUE / n ? n * each : Long.MAX_VALUE;
    }

    /** One for all children of a master. */
    private static @Nullable Claim opcache(Fpm fpm) {
        Setting enabled = fpm.ini().settings().get("opcache.enable");
        if (!fpm.ini().opcache() || fpm.files().pools().isEmpty()) {
            return null;
        }
        if (enabled != null && !enabled.value().equals("1")) {
            return null;
        }
        Setting given = fpm.ini().settings().get("opcache.memory_consumption");
        long bytes = given == null ? OPCACHE_MIB << 20 : Quantity.mebibytes(given.value());
        return new Claim(
                "php-fpm opcache",
                bytes,
                bytes / 2,
                null,
                given == null ? "opcache's default, shared by all children" : "opcache.memory_consumption",
                List.of(given == null ? new Site(fpm.files().name(), 0) : given.site()));
    }
}
