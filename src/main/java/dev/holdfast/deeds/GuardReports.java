package dev.holdfast.deeds;

import dev.holdfast.api.GuardReport;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.RuleSpec;
import dev.holdfast.guard.RuleView;
import dev.holdfast.guard.Suspect;
import dev.holdfast.unit.Durations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The guard as the API tells of it. Pure. */
public final class GuardReports {
    private GuardReports() {}

    public static GuardReport of(GuardSpec spec, List<RuleView> views, List<Map<String, Object>> history) {
        return new GuardReport(
                Durations.format(spec.interval()),
                spec.dryRun(),
                views.stream().map(v -> rule(spec.rules().get(v.rule()), v)).toList(),
                history.stream().map(GuardReports::happening).toList());
    }

    private static GuardReport.Rule rule(@Nullable RuleSpec spec, RuleView view) {
        return new GuardReport.Rule(
                view.rule(),
                spec == null ? "" : what(spec),
                view.deed(),
                view.members().stream().map(GuardReports::match).toList(),
                view.together().stream().map(GuardReports::words).toList());
    }

    private static String what(RuleSpec spec) {
        var parts = new ArrayList<String>();
        parts.add(joined(spec.any(), " or "));
        parts.add(joined(spec.all(), " and "));
        parts.add(spec.total().isEmpty() ? "" : "together: " + joined(spec.total(), " and "));
        return parts.stream().filter(p -> !p.isEmpty()).collect(Collectors.joining("; "));
    }

    private static String joined(List<GuardSpec.ConditionSpec> conditions, String by) {
        return conditions.stream().map(GuardSpec.ConditionSpec::toString).collect(Collectors.joining(by));
    }

    private static GuardReport.Match match(RuleView.Member m) {
        Suspect s = m.suspect();
        return new GuardReport.Match(
                s.pid(),
                name(s.command()),
                s.user(),
                s.command(),
                Double.isNaN(s.cpuPercent()) ? null : (Double) (Math.round(s.cpuPercent() * 10) / 10.0),
                s.memoryBytes(),
                s.runtimeSeconds(),
                m.due(),
                m.protection().isEmpty() ? null : m.protection(),
                m.conditions().stream().map(GuardReports::words).toList());
    }

    /** Of the program, without where it lies. */
    private static String name(String command) {
        int end = command.indexOf(' ');
        String program = end < 0 ? command : command.substring(0, end);
        return program.substring(program.lastIndexOf('/') + 1);
    }

    private static String words(RuleView.Condition c) {
        String held = c.windowSeconds() == 0 ? "" : " for " + c.heldSeconds() + "s of " + c.windowSeconds() + "s";
        return c.text() + ": " + c.value() + (c.holds() ? ", holds" + held : ", does not hold");
    }

    private static GuardReport.Happening happening(Map<String, Object> line) {
        return new GuardReport.Happening(
                text(line, "at"),
                text(line, "kind"),
                text(line, "rule"),
                line.get("pid") instanceof Number n ? (Long) n.longValue() : null,
                line.get("user") instanceof String user ? user : null,
                line.get("command") instanceof String command ? command : null,
                text(line, "why"),
                text(line, "deed"),
                line.get("evidence") instanceof List<?> l
                        ? l.stream().map(String::valueOf).toList()
                        : List.of(),
                Boolean.TRUE.equals(line.get("dry_run")));
    }

    private static String text(Map<String, Object> line, String key) {
        return line.get(key) instanceof String s ? s : "";
    }
}
