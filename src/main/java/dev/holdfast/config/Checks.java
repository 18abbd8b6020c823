package dev.holdfast.config;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What only a look at the whole file can tell: names that are referred to, cycles, contradictions. */
final class Checks {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private final Problems problems;
    private final Binder binder;
    private final Document document;
    private final Node root;
    private final ResourceChecks resources;

    Checks(Problems problems, Binder binder, Document document, Node root) {
        this.problems = problems;
        this.binder = binder;
        this.document = document;
        this.root = root;
        this.resources = new ResourceChecks(problems, binder);
    }

    void run() {
        Integer version = document.version();
        if (version != null && version != 1) {
            problems.add(binder.at(document, "version", root), "\"" + document.version() + "\": this version reads 1");
        }
        for (Map<String, ?> named : List.<Map<String, ?>>of(
                document.processes(),
                document.schedules(),
                document.queues(),
                document.probes(),
                document.cleanup(),
                document.reports())) {
            named.keySet().forEach(name -> name(named, name));
        }
        document.processes().forEach(this::process);
        logFiles();
        cycles();
        new Mentions(problems, binder, document, root).run();
        new ScaleResolver(problems, binder).check(document);
        document.schedules().forEach(this::schedule);
        document.queues().forEach((name, q) -> {
            unlike(name, binder.at(document.queues(), name));
            resources.check(q.resources(), binder.at(document.queues(), name));
        });
    }

    private void name(Map<String, ?> named, String name) {
        if (!NAME.matcher(name).matches()) {
            problems.add(
                    binder.at(named, name),
                    "\"" + name
                            + "\": a name has letters, digits, . _ and -, begins with a letter or digit, at most 63");
        }
    }

    private void process(String name, ProcessSection p) {
        Node at = binder.at(document.processes(), name);
        resources.check(p.resources(), at);
        resources.watch(p, at);
        if (p.health() != null && (p.readiness() != null || p.liveness() != null)) {
            problems.add(
                    binder.at(p, "health", at), "health is readiness and liveness in one: give it, or those, not both");
        }
        ProcessSection.Health liveness = p.liveness();
        if (liveness != null && liveness.readyNotice()) {
            problems.add(
                    binder.at(liveness, "readyNotice", at), "READY=1 comes once; it is for readiness, not liveness");
        }
        ProcessSection.Dependencies on = p.dependsOn();
        if (on == null) {
            return;
        }
        Node where = binder.at(p, "dependsOn", at);
        on.on().forEach((other, condition) -> {
            ProcessSection needed = document.processes().get(other);
            if (needed == null && binder.names(document.processes()).contains(other)) {
                return; // it is there, and what is wrong with it is told
            }
            if (needed == null) {
                problems.add(
                        where,
                        "\"" + name + "\" depends on \"" + other + "\", which is no process"
                                + Problems.hint(other, others(name)));
            } else if (!needed.enabled() && p.enabled()) {
                problems.add(where, "\"" + name + "\" depends on \"" + other + "\", which is not enabled");
            } else if (binder.broken(needed)) {
                return; // what it seems to lack may be what did not fit
            } else if (condition == ProcessSpec.DependencyCondition.COMPLETED
                    && needed.type() != ProcessSpec.Type.ONESHOT) {
                problems.add(where, "\"" + other + "\" never completes: it is no oneshot");
            } else if (condition == ProcessSpec.DependencyCondition.HEALTHY
                    && needed.health() == null
                    && needed.readiness() == null
                    && needed.liveness() == null) {
                problems.add(
                        where, "\"" + other + "\" has no health, readiness or liveness that could make it healthy");
            }
        });
    }

    private Set<String> others(String name) {
        var others = new HashSet<>(binder.names(document.processes()));
        others.remove(name);
        return others;
    }

    /** Two writers would cut off each other's lines when they rotate. */
    private void logFiles() {
        var first = new HashMap<String, Named>();
        document.processes()
                .forEach((name, p) -> logFile(name, p.logging(), binder.at(document.processes(), name), first));
        document.schedules()
                .forEach((name, s) -> logFile(name, s.logging(), binder.at(document.schedules(), name), first));
        document.queues().forEach((name, q) -> logFile(name, q.logging(), binder.at(document.queues(), name), first));
    }

    private record Named(String name, Node at) {}

    private void logFile(String name, ProcessSection.@Nullable Logging logging, Node at, Map<String, Named> first) {
        ProcessSection.LogFile file = logging == null ? null : logging.file();
        String path = file == null ? null : file.path();
        if (file == null || path == null) {
            return;
        }
        var here = new Named(name, binder.at(file, "path", at));
        Named other = first.putIfAbsent(Path.of(path).normalize().toString(), here);
        if (other != null) {
            String both = "\"" + path + "\" is the log file of both \"" + other.name + "\" and \"" + name
                    + "\": give each its own";
            problems.add(here.at, both);
            problems.add(other.at, both);
        }
    }

    /** Logs and commands of the command line know both by name alone. */
    private void schedule(String name, JobSections.Schedule s) {
        Node at = binder.at(document.schedules(), name);
        if (binder.names(document.processes()).contains(name)) {
            problems.add(at, "\"" + name + "\" is also a process: give one of them another name");
        }
        resources.check(s.resources(), at);
    }

    private void unlike(String queue, Node at) {
        boolean process = binder.names(document.processes()).contains(queue);
        if (process || binder.names(document.schedules()).contains(queue)) {
            problems.add(
                    at,
                    "\"" + queue + "\" is also a " + (process ? "process" : "schedule")
                            + ": give one of them another name");
        }
    }

    /** Each cycle once, told at the first of its processes. */
    private void cycles() {
        Set<String> clean = new HashSet<>();
        for (String name : document.processes().keySet()) {
            walk(name, new ArrayDeque<>(), clean);
        }
    }

    private void walk(String name, Deque<String> path, Set<String> clean) {
        if (clean.contains(name) || !document.processes().containsKey(name)) {
            return;
        }
        if (path.contains(name)) {
            var cycle = new ArrayDeque<String>();
            for (String step : path) { // the newest first
                cycle.addFirst(step);
                if (step.equals(name)) {
                    break;
                }
            }
            clean.addAll(cycle);
            problems.add(
                    binder.at(document.processes(), name),
                    "a cycle of dependencies: " + String.join(" → ", cycle) + " → " + name);
            return;
        }
        path.push(name);
        needed(name).forEach(other -> walk(other, path, clean));
        path.pop();
        clean.add(name);
    }

    private Collection<String> needed(String name) {
        ProcessSection p = document.processes().get(name);
        ProcessSection.Dependencies on = p == null ? null : p.dependsOn();
        return on == null ? List.of() : on.on().keySet();
    }
}
