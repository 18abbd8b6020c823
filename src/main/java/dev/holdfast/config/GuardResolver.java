package dev.holdfast.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.config.GuardSpec.MatchSpec;
import dev.holdfast.unit.Durations;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From {@code guard} as written to its spec. What cannot have an effect is a problem, never passed over. */
final class GuardResolver {
    private static final Duration SHORTEST = Duration.ofMillis(200);

    private final Problems problems;
    private final Binder binder;
    private final Resolver resolver;
    private final ConditionResolver conditions;

    GuardResolver(Problems problems, Binder binder, Resolver resolver) {
        this.problems = problems;
        this.binder = binder;
        this.resolver = resolver;
        this.conditions = new ConditionResolver(problems, binder);
    }

    GuardSpec guard(GuardSections.Guard g, Document document, Node at) {
        if (g.interval().compareTo(SHORTEST) < 0) {
            new Ranges(problems, binder, g, at).add("interval", Durations.format(g.interval()), "is at least 200ms");
        }
        names(g, "protect", g.protect(), at);
        var rules = new TreeMap<String, GuardSpec.RuleSpec>();
        g.rules().forEach((name, rule) -> {
            Node where = binder.at(g.rules(), name);
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
                problems.add(
                        where,
                        "\"" + name
                                + "\": a name has letters, digits, . _ and -, begins with a letter or digit, at most 63");
            }
            if (!binder.broken(rule)) {
                rules.put(name, rule(name, rule, document, where));
            }
        });
        return new GuardSpec(
                g.interval(),
                g.dryRun(),
                List.copyOf(g.protect()),
                Collections.unmodifiableSortedMap(rules),
                zombies(g.zombies(), at),
                orphans(g.orphans(), at));
    }

    private GuardSpec.RuleSpec rule(String name, GuardSections.Rule r, Document document, Node at) {
        if (r.any().isEmpty() && r.all().isEmpty() && r.total().isEmpty()) {
            problems.add(at, "a rule needs a condition under any, all or total");
        }
        new Ranges(problems, binder, r, at).within("nice", (Integer) r.nice(), -20, 19);
        new Ranges(problems, binder, r, at).positive("timeout", r.timeout());
        names(r, "overrideProtect", r.overrideProtect(), at);
        counts(r);
        Deed deed = deed(r, document, at);
        return new GuardSpec.RuleSpec(
                name,
                match(r.match(), binder.at(r, "match", at)),
                conditions.ofOne(r.any(), at),
                conditions.ofOne(r.all(), at),
                conditions.ofAll(r.total(), at),
                deed,
                r.choose() == null ? null : GuardSpec.Choice.valueOf(r.choose().name()),
                r.atMost(),
                Set.copyOf(r.overrideProtect()),
                r.dryRun(),
                List.copyOf(r.alert()));
    }

    private Deed deed(GuardSections.Rule r, Document document, Node at) {
        boolean own = Boolean.TRUE.equals(r.match().managed());
        return switch (r.action()) {
            case LOG -> new Deed.Log();
            case ALERT -> {
                if (r.alert().isEmpty() && document.alerts() == null) {
                    problems.add(binder.at(r, "action", at), "alert tells nobody: there are no alerts.channels");
                }
                yield new Deed.Alert();
            }
            case KILL -> new Deed.Kill(r.signal(), r.grace(), r.tree());
            case RESTART, STOP -> {
                if (r.processes().isEmpty() && !own) {
                    problems.add(
                            binder.at(r, "action", at),
                            Scalars.written(r.action())
                                    + " is for processes of this file: name them under processes, or match managed: true");
                } else if (r.processes().isEmpty() && !r.total().isEmpty()) {
                    problems.add(
                            binder.at(r, "action", at),
                            Scalars.written(r.action()) + " of a total needs processes: it is of no single one");
                }
                List<String> processes = List.copyOf(r.processes());
                yield r.action() == GuardSections.RuleAction.RESTART
                        ? new Deed.Restart(processes)
                        : new Deed.Stop(processes);
            }
            case EXEC -> {
                ProcessSection.Command command = r.command();
                if (command == null) {
                    problems.add(binder.at(r, "action", at), "exec needs a command");
                }
                yield new Deed.Exec(
                        command == null || binder.standsIn(command)
                                ? new CommandSpec(List.of())
                                : resolver.listed(command, binder.at(r, "command", at)),
                        r.timeout());
            }
            case NICE -> new Deed.Nice(r.nice());
        };
    }

    /** What a key says of another action would be ignored. */
    private void counts(GuardSections.Rule r) {
        var of = new TreeMap<String, List<GuardSections.RuleAction>>();
        of.put("signal", List.of(GuardSections.RuleAction.KILL));
        of.put("grace", List.of(GuardSections.RuleAction.KILL));
        of.put("tree", List.of(GuardSections.RuleAction.KILL));
        of.put("processes", List.of(GuardSections.RuleAction.RESTART, GuardSections.RuleAction.STOP));
        of.put("command", List.of(GuardSections.RuleAction.EXEC));
        of.put("timeout", List.of(GuardSections.RuleAction.EXEC));
        of.put("nice", List.of(GuardSections.RuleAction.NICE));
        of.put(
                "atMost",
                List.of(
                        GuardSections.RuleAction.KILL,
                        GuardSections.RuleAction.RESTART,
                        GuardSections.RuleAction.STOP,
                        GuardSections.RuleAction.EXEC,
                        GuardSections.RuleAction.NICE));
        of.put("overrideProtect", List.of(GuardSections.RuleAction.KILL, GuardSections.RuleAction.NICE));
        of.forEach((component, actions) -> {
            Node written = binder.written(r, component);
            if (written != null && !actions.contains(r.action())) {
                problems.add(
                        written,
                        Binder.key(GuardSections.Rule.class, component) + " counts only with action: "
                                + String.join(
                                        ", ",
                                        actions.stream().map(Scalars::written).toList()));
            }
        });
        Node choose = binder.written(r, "choose");
        if (choose != null && r.total().isEmpty()) {
            problems.add(choose, "choose counts only with total");
        }
    }

    private MatchSpec match(GuardSections.Match m, Node at) {
        expression(m, "command", m.command(), at);
        expression(m, "exclude", m.exclude(), at);
        expression(m, "exe", m.exe(), at);
        expression(m, "cgroup", m.cgroup(), at);
        String user = m.user();
        if (user != null && !user.matches("\\d{1,10}|[A-Za-z_][^:/\\s]{0,254}")) {
            new Ranges(problems, binder, m, at).add("user", user, "is a name or a number");
        }
        if (m.command() == null
                && m.exe() == null
                && m.container() == null
                && user == null
                && m.cgroup() == null
                && m.managed() == null) {
            problems.add(
                    at,
                    "a match says which: command, exe, container, user, cgroup or managed;"
                            + " every process of the host is command: \".\"");
        }
        return new MatchSpec(m.command(), m.exclude(), m.exe(), m.container(), user, m.cgroup(), m.managed());
    }

    private void expression(GuardSections.Match m, String component, @Nullable String regex, Node at) {
        if (regex == null) {
            return;
        }
        Node where = binder.at(m, component, at);
        if (regex.isEmpty()) {
            problems.add(
                    where, Binder.key(GuardSections.Match.class, component) + " is empty, which matches everything");
        }
        try {
            Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            problems.add(where, "\"" + regex + "\" is no regular expression: " + e.getDescription());
        }
    }

    private void names(Object section, String component, List<String> names, Node at) {
        for (String name : names) {
            if (!name.matches("[^\\s/*]{1,64}\\*?")) {
                problems.add(
                        binder.at(section, component, at),
                        "\"" + name + "\": a program's name has no / and no blank; * may stand at its end");
            }
        }
    }

    // ── zombies, orphans ──

    private GuardSpec.@Nullable ZombieSpec zombies(GuardSections.@Nullable Zombies z, Node guard) {
        if (z == null) {
            return null;
        }
        new Ranges(problems, binder, z, guard).positive("every", z.every());
        names(z, "overrideProtect", z.overrideProtect(), guard);
        boolean kills = z.action() == GuardSections.ZombieAction.KILL_PARENT
                || z.action() == GuardSections.ZombieAction.KILL_PARENT_IF_OURS;
        onlyKill(z, kills, "kill-parent or kill-parent-if-ours");
        return new GuardSpec.ZombieSpec(
                z.every(),
                z.olderThan(),
                GuardSpec.ZombieDeed.valueOf(z.action().name()),
                new Deed.Kill(z.signal(), z.grace(), false),
                z.atMost(),
                Set.copyOf(z.overrideProtect()),
                List.copyOf(z.alert()));
    }

    private GuardSpec.@Nullable OrphanSpec orphans(GuardSections.@Nullable Orphans o, Node guard) {
        if (o == null) {
            return null;
        }
        new Ranges(problems, binder, o, guard).positive("every", o.every());
        names(o, "overrideProtect", o.overrideProtect(), guard);
        Node action = binder.at(o, "action", guard);
        boolean kills = o.action() == GuardSections.RuleAction.KILL;
        GuardSections.Match match = o.match();
        if (kills && match == null) {
            problems.add(action, "kill needs a match: many a service is an orphan by its nature");
        }
        onlyKill(o, kills, "kill");
        Deed deed = switch (o.action()) {
            case LOG -> new Deed.Log();
            case ALERT -> new Deed.Alert();
            case KILL -> new Deed.Kill(o.signal(), o.grace(), true);
            case RESTART, STOP, EXEC, NICE -> {
                problems.add(
                        action,
                        "\"" + o.action().name().toLowerCase(Locale.ROOT) + "\": of orphans it is log, alert or kill");
                yield new Deed.Log();
            }
        };
        return new GuardSpec.OrphanSpec(
                match == null ? null : match(match, binder.at(o, "match", guard)),
                o.olderThan(),
                deed,
                o.every(),
                o.atMost(),
                Set.copyOf(o.overrideProtect()),
                List.copyOf(o.alert()));
    }

    private void onlyKill(Record section, boolean kills, String action) {
        for (String component : List.of("signal", "grace", "atMost", "overrideProtect")) {
            Node written = binder.written(section, component);
            if (written != null && !kills) {
                problems.add(
                        written, Binder.key(section.getClass(), component) + " counts only with action: " + action);
            }
        }
    }
}
