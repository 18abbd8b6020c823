package dev.holdfast.survey;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Total;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.php.PhpAudit;
import dev.holdfast.config.Config;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all auditors say of a host.
 *
 * @param findings the worst first
 * @param looked files that were read, by program; of those that are here
 */
public record Survey(List<Finding> findings, Total total, Map<String, List<String>> looked) {
    static final String HOST = "host";

    public Survey {
        findings = List.copyOf(findings);
    }

    /** What {@code holdfast audit PROGRAM} may name. */
    public static List<String> programs() {
        var names = new ArrayList<String>();
        names.add("php-fpm");
        Auditors.all().forEach(a -> names.add(a.program()));
        names.add(OwnAudit.PROGRAM);
        names.add(HOST);
        return List.copyOf(names);
    }

    /**
     * @param own Holdfast's own configuration; null: there is none
     * @param wanted programs whose findings are wanted; empty: of all. The total is always of all.
     */
    public static Survey of(Grounds host, @Nullable Config own, Set<String> wanted) {
        var verdicts = new LinkedHashMap<String, Verdict>();
        var claims = new ArrayList<Claim>();
        var auditors = new ArrayList<>(Auditors.all());
        if (own != null) {
            auditors.add(new OwnAudit(own));
        }
        for (Auditor a : auditors) {
            Verdict v = ask(a, host);
            verdicts.put(a.program(), v);
            claims.addAll(v.claims());
        }
        var php = new PhpAudit(claims); // last: what is left for it depends on all others
        Verdict ofPhp = ask(php, host);
        verdicts.put(php.program(), ofPhp);
        claims.addAll(ofPhp.claims());

        Total total = Total.of(host, claims);
        var findings = new ArrayList<Finding>();
        var looked = new LinkedHashMap<String, List<String>>();
        verdicts.forEach((program, v) -> {
            if (wanted.isEmpty() || wanted.contains(program)) {
                findings.addAll(v.findings());
                if (!v.looked().isEmpty()) {
                    looked.put(program, v.looked());
                }
            }
        });
        if (wanted.isEmpty() || wanted.contains(HOST)) {
            total.finding().ifPresent(findings::add);
        }
        findings.sort(Comparator.comparing(Finding::grade)
                .reversed()
                .thenComparing(f -> f.rule().equals("host-overcommit")));
        return new Survey(findings, total, looked);
    }

    /** One that breaks says so, and the others go on. */
    static Verdict ask(Auditor auditor, Grounds host) {
        try {
            return auditor.audit(host);
        } catch (RuntimeException | StackOverflowError bug) {
            var finding = new Finding(
                    "audit-failed",
                    Grade.WARNING,
                    List.of(),
                    auditor.program(),
                    auditor.program() + " could not be audited: " + bug,
                    List.of(),
                    "A bug of Holdfast's; what its configuration says is not known.",
                    Fix.byHand("report it, with the configuration"));
            return new Verdict(List.of(finding), List.of(), List.of(auditor.program()));
        }
    }
}
