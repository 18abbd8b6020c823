package dev.holdfast.config;

import dev.holdfast.config.ScaleSpec.By;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Percent;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From a {@code scale:} as written to a spec, and what only a look at the whole file can tell of it. */
record ScaleResolver(Problems problems, Binder binder) {
    private static final int MOST = 1000;
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Null: it has none, or not a sound one. */
    @Nullable
    ScaleSpec of(ProcessSection p, Node at) {
        ScaleSection s = p.scale();
        if (s == null) {
            return null;
        }
        Node where = binder.at(p, "scale", at);
        var r = new Ranges(problems, binder, s, where);
        int max = s.max() == null ? MOST : s.max();
        r.within("max", s.max(), 1, MOST);
        r.within("min", (Integer) s.min(), 0, MOST);
        if (s.min() > max) {
            r.add("min", Integer.toString(s.min()), "is at most max, " + max);
        }
        r.within("step", s.step(), 1, MOST);
        share(r, "tolerance", s.tolerance());
        share(r, "memoryReserve", s.memoryReserve());
        cooldown(r, "upCooldown", s.upCooldown());
        cooldown(r, "downCooldown", s.downCooldown());
        if (s.downCooldown().compareTo(s.upCooldown()) < 0) {
            r.add(
                    "downCooldown",
                    Durations.format(s.downCooldown()),
                    "is at least up_cooldown, " + Durations.format(s.upCooldown()));
        }
        fits(p, at);
        By by = by(s, where);
        if (by instanceof By.Cpu(Percent target) && !mayBePassed(p, s, target)) {
            problems.add(
                    where,
                    "cpu " + target + " with a tolerance of " + s.tolerance()
                            + " is never passed: more than its limits.cpu no replica can use");
        }
        return by == null
                ? null
                : new ScaleSpec(
                        s.min(), max, by, s.tolerance(), s.upCooldown(), s.downCooldown(), s.step(), s.memoryReserve());
    }

    private static boolean mayBePassed(ProcessSection p, ScaleSection s, Percent target) {
        ProcessSection.Resources resources = p.resources();
        ProcessSection.Limits limits = resources == null ? null : resources.limits();
        return limits == null
                || limits.cpu() == null
                || target.share() * (1 + s.tolerance().share()) < 1;
    }

    private static void share(Ranges r, String component, Percent share) {
        if (share.share() >= 1) {
            r.add(component, share.toString(), "is less than 100%");
        }
    }

    private static void cooldown(Ranges r, String component, Duration d) {
        if (d.compareTo(Duration.ofSeconds(1)) < 0 || d.compareTo(LONGEST) > 0) {
            r.add(component, Durations.format(d), "is 1s to 1d");
        }
    }

    private void fits(ProcessSection p, Node at) {
        if (binder.written(p, "replicas") != null) {
            problems.add(
                    binder.at(p, "replicas", at),
                    "replicas and scale exclude each other: scale.min is what it begins with");
        }
        if (p.type() != ProcessSpec.Type.LONGRUN) {
            problems.add(binder.at(p, "scale", at), "scale is for a longrun: a oneshot ends by itself");
        }
        if (p.manual()) {
            problems.add(binder.at(p, "scale", at), "scale and manual exclude each other");
        }
        ProcessSection.Restart restart = p.restart();
        if (restart != null && restart.policy() != null && restart.policy() != RestartSpec.Policy.ALWAYS) {
            problems.add(
                    binder.at(p, "restart", at),
                    "with scale the policy is always: what ends by itself would count as running");
        }
    }

    private @Nullable By by(ScaleSection s, Node at) {
        ScaleSection.ScaledBy by = s.by();
        if (by == null) {
            return null; // that it is missing is told
        }
        Node where = binder.at(s, "by", at);
        int kinds = (by.queue() == null ? 0 : 1) + (by.cpu() == null ? 0 : 1) + (by.probe() == null ? 0 : 1);
        if (kinds != 1) {
            problems.add(where, "by is exactly one of queue, cpu and probe");
            return null;
        }
        var r = new Ranges(problems, binder, by, where);
        more(r, "perReplica", by.perReplica());
        more(r, "target", by.target());
        r.positive("latency", by.latency());
        int measures =
                (by.perReplica() == null ? 0 : 1) + (by.target() == null ? 0 : 1) + (by.latency() == null ? 0 : 1);
        Double each = by.perReplica();
        Percent cpu = by.cpu();
        String queue = by.queue();
        String probe = by.probe();
        if (cpu != null) {
            if (measures > 0) {
                problems.add(where, "by cpu needs nothing beside it");
            }
            if (cpu.share() <= 0 || cpu.share() > MOST) {
                r.add("cpu", cpu.toString(), "is more than 0%, 100% being a replica's limit, or one processor");
            }
            atLeastOne(s, at, "without a replica there is no use of processors that could grow");
            return new By.Cpu(cpu);
        } else if (queue != null) {
            if (each == null || measures > 1) {
                problems.add(where, "by queue needs per_replica, the jobs that one replica is for, and nothing else");
                return null;
            }
            return new By.Queue(queue, each);
        } else if (probe == null || measures != 1) {
            problems.add(
                    where,
                    "by probe needs exactly one of per_replica (a number shared out), target (a number to be held) and"
                            + " latency");
            return null;
        }
        Double target = by.target();
        Duration latency = by.latency();
        if (each != null) {
            return new By.Shared(probe, each);
        }
        atLeastOne(s, at, "without a replica there is no level that could rise; per_replica may begin with none");
        return target != null
                ? new By.Level(probe, target)
                : new By.Latency(probe, latency == null ? Duration.ZERO : latency);
    }

    private static void more(Ranges r, String component, @Nullable Double n) {
        if (n != null && n <= 0) {
            r.add(component, n.toString(), "is more than 0");
        }
    }

    private void atLeastOne(ScaleSection s, Node at, String why) {
        if (s.min() == 0) {
            problems.add(binder.at(s, "min", at), "\"0\": min is at least 1 here: " + why);
        }
    }

    // ── the whole file ──

    void check(Document document) {
        document.processes().forEach((name, p) -> {
            ScaleSection s = p.scale();
            if (s != null) {
                Node at = binder.at(p, "scale", binder.at(document.processes(), name));
                mentioned(document, s, binder.at(s, "by", at));
                if (s.min() == 0) {
                    exit(document, name, binder.at(s, "min", at));
                }
            }
            dependencies(document, name, p);
        });
    }

    private void mentioned(Document document, ScaleSection s, Node at) {
        ScaleSection.ScaledBy by = s.by();
        if (by == null) {
            return;
        }
        String queue = by.queue();
        if (queue != null && !binder.names(document.queues()).contains(queue)) {
            problems.add(
                    binder.at(by, "queue", at),
                    "\"" + queue + "\" is no queue of this file"
                            + Problems.hint(queue, binder.names(document.queues())));
        }
        QueueSection waiting = queue == null ? null : document.queues().get(queue);
        if (waiting != null && !waiting.enabled()) {
            problems.add(binder.at(by, "queue", at), "queue \"" + queue + "\" is not enabled");
        }
        String name = by.probe();
        if (name == null) {
            return;
        }
        Node where = binder.at(by, "probe", at);
        ProbeSection probe = document.probes().get(name);
        if (probe == null) {
            if (!binder.names(document.probes()).contains(name)) {
                problems.add(
                        where,
                        "\"" + name + "\" is no probe of this file"
                                + Problems.hint(name, binder.names(document.probes())));
            }
            return; // it is there, and what is wrong with it is told
        }
        ProbeSection.AskedRedis redis = probe.redis();
        boolean counts = probe.exec() != null || (redis != null && redis.lengthOf() != null);
        if (by.latency() == null && !counts && !binder.broken(probe)) {
            problems.add(
                    where,
                    "probe \"" + name + "\" measures no number; exec does, and redis with length_of"
                            + (probe.file() == null ? "; latency of this one can be held" : ""));
        } else if (by.latency() != null && probe.file() != null) {
            problems.add(where, "probe \"" + name + "\" looks at a file: it has no latency");
        }
    }

    /** With none of it the daemon would end. */
    private void exit(Document document, String name, Node at) {
        Document.Global g = document.global();
        Document.Exit exit = g == null ? null : g.exit();
        if (exit != null
                && (exit.when() == Document.When.ALL_STOPPED
                        || (exit.when() == Document.When.STOPPED && name.equals(exit.process())))) {
            problems.add(at, "\"0\": min is at least 1 here: with none of it global.exit would end the daemon");
        }
    }

    private void dependencies(Document document, String name, ProcessSection p) {
        ProcessSection.Dependencies on = p.dependsOn();
        for (Map.Entry<String, ProcessSpec.DependencyCondition> e : on == null
                ? Map.<String, ProcessSpec.DependencyCondition>of().entrySet()
                : on.on().entrySet()) {
            ProcessSection needed = document.processes().get(e.getKey());
            ScaleSection s = needed == null ? null : needed.scale();
            if (s != null && s.min() == 0 && e.getValue() != ProcessSpec.DependencyCondition.STOPPED) {
                problems.add(
                        binder.at(p, "dependsOn", binder.at(document.processes(), name)),
                        "\"" + name + "\" depends on \"" + e.getKey()
                                + "\", of which there may be none: its scale.min is 0");
            }
        }
    }
}
