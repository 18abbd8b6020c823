package dev.holdfast.survey;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.php.PhpAudit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Files as the auditors read them: for what has no checker of its own.
 *
 * @param seen those that an auditor reads
 * @param broken what is wrong with them, a line each
 */
record Reading(Set<String> seen, List<String> broken) {
    static Reading of(Grounds host, Set<String> files) {
        var auditors = new ArrayList<Auditor>(Auditors.all());
        auditors.add(new PhpAudit(List.of()));
        var seen = new HashSet<String>();
        var broken = new ArrayList<String>();
        for (Auditor a : auditors) {
            var verdict = Survey.ask(a, host);
            verdict.looked().stream().filter(files::contains).forEach(seen::add);
            verdict.findings().stream()
                    .filter(f -> says(f) && f.sites().stream().anyMatch(s -> files.contains(s.file())))
                    .forEach(f -> broken.add(
                            f.evidence().isEmpty()
                                    ? f.what()
                                    : f.what() + ": " + f.evidence().getFirst()));
        }
        return new Reading(Set.copyOf(seen), List.copyOf(broken));
    }

    private static boolean says(Finding f) {
        return f.rule().endsWith("-unreadable") || f.rule().endsWith("-broken");
    }

    /** What is wrong that was not before; lines may have moved. */
    List<String> worseThan(Reading before) {
        var known = before.broken.stream().map(Reading::placeless).collect(Collectors.toCollection(ArrayList::new));
        return broken.stream().filter(b -> !known.remove(placeless(b))).toList();
    }

    private static String placeless(String what) {
        return what.replaceAll(":\\d+", "");
    }
}
