package dev.holdfast.cli;

import dev.holdfast.api.FindingList;
import dev.holdfast.api.FindingList.Place;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Total;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.survey.Survey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A survey, as API and JSON have it. */
public final class AuditReports {
    private AuditReports() {}

    /**
     * @param at ISO 8601
     * @param every from one to the next; null: it is not repeated
     */
    public static FindingList of(
            Survey survey, List<Finding> findings, String at, Duration took, @Nullable Duration every) {
        return new FindingList(
                at,
                took.toMillis() / 1000.0,
                every == null ? null : (Double) (double) every.toSeconds(),
                survey.total().line(),
                findings.stream().map(AuditReports::entry).toList(),
                total(survey.total()),
                survey.looked().entrySet().stream()
                        .map(e -> new FindingList.Program(e.getKey(), e.getValue()))
                        .toList());
    }

    private static FindingList.Entry entry(Finding f) {
        return new FindingList.Entry(
                f.rule(),
                f.grade().written(),
                places(f.sites()),
                f.subject(),
                f.what(),
                f.evidence(),
                f.why(),
                f.fix().what(),
                f.fix().edits().stream()
                        .map(e -> new FindingList.Change(e.file(), e.line(), masked(e.before()), masked(e.after())))
                        .toList(),
                f.fix().check());
    }

    private static List<String> masked(List<String> lines) {
        return lines.stream().map(Notes::masked).toList();
    }

    private static List<Place> places(List<Site> sites) {
        return sites.stream().map(s -> new Place(s.file(), s.line())).toList();
    }

    private static FindingList.Total total(Total t) {
        return new FindingList.Total(
                t.memory() < 0 ? null : (Long) t.memory(),
                t.swap() < 0 ? null : (Long) t.swap(),
                t.worst(),
                t.typical(),
                t.measured(),
                t.rest(),
                t.deadly(),
                t.unbounded().stream().map(Claim::who).toList(),
                t.unknown().stream().map(Claim::who).toList(),
                t.claims().stream()
                        .map(c -> new FindingList.Claim(
                                c.who(),
                                c.worst() < 0 || c.worst() == Long.MAX_VALUE ? null : (Long) c.worst(),
                                c.typical(),
                                c.measured(),
                                c.arithmetic(),
                                places(c.sites())))
                        .toList());
    }
}
