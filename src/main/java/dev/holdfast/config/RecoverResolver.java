package dev.holdfast.config;

import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/** From steps to recover as written to specs; that their names are known is {@link Mentions}' to see. */
record RecoverResolver(Problems problems, Binder binder, Resolver resolver) {
    private static final Pattern WHEN = Pattern.compile(
            "(?:(?!warning\\b|critical\\b|for\\b)([a-z_]+))?\\s*(warning|critical)?\\s*(?:for\\s+(\\S+))?");
    private static final RecoverSpec.When CRITICAL = new RecoverSpec.When(null, Severity.CRITICAL, Duration.ZERO);

    /**
     * @param subjects that can be named
     * @param needed whether one has to be
     */
    List<RecoverSpec> of(List<RecoverSection> written, Set<String> subjects, boolean needed, Node at) {
        return written.stream().map(r -> step(r, subjects, needed, at)).toList();
    }

    private RecoverSpec step(RecoverSection r, Set<String> subjects, boolean needed, Node at) {
        Node here = binder.at(r, "step", at);
        var ranges = new Ranges(problems, binder, r, at);
        ranges.positive("timeout", r.timeout());
        needs(r, "names", r.step() == RecoverSpec.Step.RUN_CLEANUP, r.names().isEmpty(), here);
        boolean ofProcesses = r.step() == RecoverSpec.Step.RESTART || r.step() == RecoverSpec.Step.STOP;
        needs(r, "processes", ofProcesses, r.processes().isEmpty(), here);
        needs(r, "command", r.step() == RecoverSpec.Step.EXEC, r.command() == null, here);
        if (r.step() == RecoverSpec.Step.RUN_CLEANUP && binder.written(r, "timeout") != null) {
            problems.add(binder.at(r, "timeout", at), "timeout has no effect with do: run-cleanup");
        }
        ProcessSection.Command c = r.command();
        return new RecoverSpec(
                when(r, subjects, needed, here),
                r.step(),
                List.copyOf(r.names()),
                List.copyOf(r.processes()),
                c == null ? new CommandSpec(List.of()) : resolver.listed(c, binder.at(r, "command", at)),
                r.atMost(),
                r.timeout(),
                r.settle());
    }

    private void needs(RecoverSection r, String component, boolean its, boolean absent, Node here) {
        String step = Scalars.written(r.step());
        if (its && absent && binder.written(r, component) == null && !binder.broken(r)) {
            problems.add(here, "do: " + step + " needs " + component);
        } else if (!its && binder.written(r, component) != null) {
            problems.add(binder.at(r, component, here), component + " has no effect with do: " + step);
        }
    }

    private RecoverSpec.When when(RecoverSection r, Set<String> subjects, boolean needed, Node here) {
        String text = r.when();
        Node at = binder.at(r, "when", here);
        if (text == null) {
            if (needed && !binder.broken(r)) {
                problems.add(here, "when is missing: what has to be so, such as memory critical for 1m");
            }
            return CRITICAL;
        }
        Matcher m = WHEN.matcher(text.strip());
        String known =
                "; it is such as " + subjects.stream().sorted().findFirst().orElse("down") + " critical for 1m, of: "
                        + String.join(", ", new TreeSet<>(subjects));
        if (!m.matches() || text.isBlank()) {
            problems.add(at, "\"" + text + "\" is not understood" + known);
            return CRITICAL;
        }
        String subject = m.group(1);
        if (subject != null && !subjects.contains(subject)) {
            problems.add(
                    at,
                    "\"" + text + "\": " + subject + " is nothing measured here" + Problems.hint(subject, subjects)
                            + known);
        } else if (subject == null && needed) {
            problems.add(at, "\"" + text + "\": of what" + known);
        }
        Severity severity = m.group(2) != null
                ? m.group(2).equals("warning") ? Severity.WARNING : Severity.CRITICAL
                : ProbeSpec.DOWN.equals(subject) ? null : Severity.CRITICAL;
        try {
            return new RecoverSpec.When(
                    subject, severity, m.group(3) == null ? Duration.ZERO : Durations.parse(m.group(3)));
        } catch (IllegalArgumentException e) {
            problems.add(at, "\"" + text + "\": " + e.getMessage());
            return CRITICAL;
        }
    }
}
