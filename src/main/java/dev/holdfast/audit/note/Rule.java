package dev.holdfast.audit.note;

import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import java.util.List;

/**
 * What an auditor looks for.
 *
 * @param id {@code PROGRAM-WHAT}; never changes its meaning
 * @param grade of its findings; some are milder, such as for a unit that nobody has named
 * @param about what it looks at, for the table in docs/audit-rules.md
 */
public record Rule(String id, Grade grade, String about) {

    public Finding finding(List<Site> sites, String subject, String what, List<String> evidence, String why, Fix fix) {
        return finding(grade, sites, subject, what, evidence, why, fix);
    }

    public Finding finding(
            Grade milder, List<Site> sites, String subject, String what, List<String> evidence, String why, Fix fix) {
        return new Finding(id, milder, sites, subject, what, evidence, why, fix);
    }
}
