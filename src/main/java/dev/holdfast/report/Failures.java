package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Attempts that failed, by kind. */
final class Failures {
    private Failures() {}

    static List<UsageReport.Failed> of(Facts f) {
        var all = new ArrayList<UsageReport.Failed>();
        for (Facts.Work w : f.works()) {
            var kinds = new TreeMap<String, List<Facts.Task>>();
            w.tasks().stream()
                    .filter(t -> !t.failure().isEmpty())
                    .forEach(t -> kinds.computeIfAbsent(t.failure(), _ -> new ArrayList<>())
                            .add(t));
            kinds.forEach((kind, tasks) -> {
                Facts.Task last = tasks.stream()
                        .max(Comparator.comparing(Facts.Task::ended))
                        .orElseThrow();
                all.add(new UsageReport.Failed(
                        Words.kind(w.kind()),
                        w.name(),
                        kind,
                        tasks.size(),
                        last.ended().toString(),
                        Report.cut(last.detail())));
            });
        }
        all.sort(Comparator.comparingInt(UsageReport.Failed::times)
                .reversed()
                .thenComparing(UsageReport.Failed::name)
                .thenComparing(UsageReport.Failed::failure));
        return all;
    }
}
