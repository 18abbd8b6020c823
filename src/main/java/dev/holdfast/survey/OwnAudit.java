package dev.holdfast.survey;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Total;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.php.PhpAudit;
import dev.holdfast.config.Config;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.unit.ByteSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Holdfast's own file. */
final class OwnAudit implements Auditor {
    static final String PROGRAM = "holdfast";
    private static final String WHY_MEMORY = "What nothing bounds takes all memory of the host when it leaks or loops.";

    private final Config config;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    private List<String> lines = List.of();

    /** For one audit. */
    OwnAudit(Config config) {
        this.config = config;
    }

    @Override
    public String program() {
        return PROGRAM;
    }

    @Override
    public Verdict audit(Grounds host) {
        findings.clear();
        claims.clear();
        try {
            lines = host.lines(config.file().toAbsolutePath().toString());
        } catch (IOException noLineNumbersThen) {
            lines = List.of();
        }
        config.processes().values().stream().filter(ProcessSpec::enabled).forEach(this::process);
        config.schedules().values().stream().filter(ScheduleSpec::enabled).forEach(this::schedule);
        config.queues().values().stream()
                .filter(q -> q.enabled() && q.pull() == null)
                .forEach(this::queue);
        return new Verdict(findings, claims, List.of(config.file().toString()));
    }

    private static boolean phpFpm(ProcessSpec p) {
        String program = p.launch().command().argv().getFirst();
        return program.substring(program.lastIndexOf('/') + 1).startsWith("php-fpm");
    }

    private void process(ProcessSpec p) {
        memory("processes", p.name(), phpFpm(p) ? PhpAudit.WITHIN : "", p.mostReplicas(), "replica", p.resources());
        if (p.type() == ProcessSpec.Type.LONGRUN && p.readiness() == null && p.liveness() == null) {
            note(
                    "holdfast-no-health",
                    "processes",
                    p.name(),
                    "process " + p.name() + " has no health check",
                    "It counts as well for as long as it runs, also when it answers nobody any more.",
                    "give it health: readiness or liveness");
        }
    }

    private void schedule(ScheduleSpec s) {
        int most = s.group() == null ? 1 : Math.max(1, s.group().limit());
        memory("schedules", s.name(), "", 1, "run", s.resources());
        if (s.timeout() == null) {
            warn(
                    "holdfast-no-timeout",
                    "schedules",
                    s.name(),
                    "schedule " + s.name() + " has no timeout",
                    "A run that hangs keeps every later one from beginning"
                            + (most > 1 ? ", and its place in the group from others" : "") + "; nobody is told.",
                    "give it a timeout");
        }
    }

    private void queue(QueueSpec q) {
        memory("queues", q.name(), "", q.concurrency(), "job", q.resources());
        if (q.timeout() == null && q.idleTimeout() == null) {
            warn(
                    "holdfast-no-timeout",
                    "queues",
                    q.name(),
                    "queue " + q.name() + " has no timeout",
                    "A job that hangs keeps its place for ever; when all " + q.concurrency()
                            + " are kept, nothing runs.",
                    "give it a timeout or an idle_timeout");
        }
    }

    private void memory(String section, String name, String within, int n, String each, ResourcesSpec resources) {
        ByteSize limit = resources.memory();
        String kind = switch (section) {
            case "processes" -> "process ";
            case "queues" -> "queue ";
            default -> "schedule ";
        };
        String who = PROGRAM + " " + kind + name + within;
        Site site = site(section, name);
        if (limit == null) {
            claims.add(new Claim(who, Long.MAX_VALUE, 0, null, "no memory limit", List.of(site)));
            note(
                    "holdfast-no-memory-limit",
                    section,
                    name,
                    kind + name + " has no memory limit",
                    WHY_MEMORY,
                    "give it resources: { limits: { memory: … } }");
            return;
        }
        long worst = limit.bytes() > Long.MAX_VALUE / Math.max(1, n) ? Long.MAX_VALUE : limit.bytes() * n;
        ByteSize reserved = resources.memoryReserved();
        long typical = reserved == null ? worst / 2 : Math.min(worst, reserved.bytes() * n);
        claims.add(new Claim(
                who,
                worst,
                typical,
                null,
                n + " " + each + (n == 1 ? "" : "s") + " × " + Total.size(limit.bytes()),
                List.of(site)));
    }

    private void note(String rule, String section, String name, String what, String why, String fix) {
        add(rule, Grade.NOTE, section, name, what, why, fix);
    }

    private void warn(String rule, String section, String name, String what, String why, String fix) {
        add(rule, Grade.WARNING, section, name, what, why, fix);
    }

    private void add(String rule, Grade grade, String section, String name, String what, String why, String fix) {
        findings.add(new Finding(
                rule,
                grade,
                List.of(site(section, name)),
                section + "." + name,
                what,
                List.of(),
                why,
                Fix.byHand(fix)));
    }

    /** Where its entry begins; entries of included files have no line. */
    private Site site(String section, String name) {
        var entry = Pattern.compile("\\s+[\"']?" + Pattern.quote(name) + "[\"']?\\s*:.*");
        boolean within = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.matches("[a-z_]+:.*")) {
                within = line.startsWith(section + ":");
            } else if (within && entry.matcher(line).matches()) {
                return new Site(config.file().toString(), i + 1);
            }
        }
        return new Site(config.file().toString(), 0);
    }
}
