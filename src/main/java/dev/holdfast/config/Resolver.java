package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Resource;
import dev.holdfast.unit.Signal;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** From sections as written to specs with every default filled in, every range checked. */
final class Resolver {
    private static final RestartSpec.Policy ALWAYS = RestartSpec.Policy.ALWAYS;

    private final Problems problems;
    private final Binder binder;
    private final Sources sources;
    private int replicas;

    Resolver(Problems problems, Binder binder, Sources sources) {
        this.problems = problems;
        this.binder = binder;
        this.sources = sources;
    }

    GlobalSpec global(Document document, Node at) {
        Document.Global g = document.global();
        if (g == null) {
            return GlobalSpec.DEFAULT;
        }
        var ranges = new Ranges(problems, binder, g, at);
        ranges.positive("shutdownTimeout", g.shutdownTimeout());
        for (var dir :
                List.of(new String[] {"runDir", g.runDir()}, new String[] {"stateDir", g.stateDir()}, new String[] {
                    "logDir", g.logDir()
                })) {
            ranges.absolute(dir[0], dir[1]);
        }
        return new GlobalSpec(
                g.shutdownTimeout(),
                exit(g.exit(), document, at),
                forwarded(g.forwardSignals(), document),
                g.runDir(),
                g.stateDir(),
                g.logDir(),
                total(g.logging(), at),
                new OutputResolver(problems, binder).of(g.logging(), at),
                new StorageResolver(problems, binder).of(g.storage(), at),
                new ApiResolver(problems, binder).api(g.api(), at),
                new ApiResolver(problems, binder).limit(g.apiRateLimit(), at),
                new ApiResolver(problems, binder).metrics(g.metrics(), at),
                new OtlpResolver(problems, binder).of(g.otlp(), at));
    }

    private @Nullable Long total(Document.@Nullable GlobalLogging logging, Node at) {
        ByteSize most = logging == null ? null : logging.maxTotalSize();
        if (logging != null && most != null && most.bytes() > 0 && most.bytes() < 1 << 20) {
            new Ranges(problems, binder, logging, at).add("maxTotalSize", most.toString(), "is 0 or at least 1Mi");
        }
        return most == null ? null : (Long) most.bytes();
    }

    private Map<Signal, List<String>> forwarded(Map<String, List<String>> written, Document document) {
        var forwarded = new TreeMap<Signal, List<String>>();
        Set<String> known = binder.names(document.processes());
        written.forEach((name, processes) -> {
            Node at = binder.at(written, name);
            Signal.parse(name)
                    .ifPresentOrElse(
                            s -> forwarded.put(s, List.copyOf(processes)),
                            () -> problems.add(at, "\"" + name + "\" is no signal; it is a name such as USR1 or HUP"));
            for (String process : processes) {
                if (!known.contains(process)) {
                    problems.add(at, "\"" + process + "\" is no process of this file" + Problems.hint(process, known));
                }
            }
        });
        return forwarded;
    }

    private GlobalSpec.Exit exit(Document.@Nullable Exit exit, Document document, Node at) {
        if (exit == null) {
            return new GlobalSpec.Exit.Never();
        }
        String process = exit.process();
        if (process != null && exit.when() != Document.When.STOPPED) {
            problems.add(binder.at(exit, "process", at), "process counts only with when: stopped");
        }
        return switch (exit.when()) {
            case NEVER -> new GlobalSpec.Exit.Never();
            case ALL_STOPPED -> new GlobalSpec.Exit.AllStopped();
            case ANY_FAILED -> new GlobalSpec.Exit.AnyFailed();
            case STOPPED -> {
                if (process == null || !binder.names(document.processes()).contains(process)) {
                    problems.add(
                            binder.at(exit, process == null ? "when" : "process", at),
                            "when: stopped needs the process whose end decides"
                                    + (process == null
                                            ? ""
                                            : "; there is no \"" + process + "\""
                                                    + Problems.hint(process, binder.names(document.processes()))));
                }
                yield new GlobalSpec.Exit.Stopped(process == null ? "" : process);
            }
        };
    }

    ProcessSpec process(String name, ProcessSection s, Node at) {
        ScaleSpec scale = new ScaleResolver(problems, binder).of(s, at);
        int most = scale == null ? s.replicas() : scale.max();
        if (most > 0) {
            replicas += most;
            if (replicas > Budget.REPLICAS) {
                throw new Budget.Exceeded(Problems.at(
                        binder.at(s, scale == null ? "replicas" : "scale", at),
                        "with these there are " + replicas + " replicas of all processes; at most " + Budget.REPLICAS));
            }
        }
        var r = new Ranges(problems, binder, s, at);
        r.within("replicas", s.replicas(), 0, 1000);
        r.within("portBase", s.portBase(), 1, 65535);
        Integer portBase = s.portBase();
        if (portBase != null && portBase + most - 1 > 65535) {
            problems.add(
                    binder.at(s, "portBase", at),
                    "port_base and " + (scale == null ? "replicas" : "scale.max") + " together pass port 65535");
        }
        r.positive("startTimeout", s.startTimeout());
        r.positive("maxRuntime", s.maxRuntime());
        s.plannedExitCodes().forEach(code -> r.within("plannedExitCodes", code, 0, 255));
        ProcessSection.Dependencies on = s.dependsOn();
        return new ProcessSpec(
                name,
                s.type(),
                launch(s, r, at),
                scale == null ? s.replicas() : scale.min(),
                scale,
                portBase,
                on == null ? Map.of() : Map.copyOf(new TreeMap<>(on.on())),
                hooks(s.hooks(), at),
                restart(s, at),
                stop(s.stop(), at),
                health(s.readiness() != null ? s.readiness() : s.health(), true, healthAt(s, "readiness", at)),
                health(s.liveness() != null ? s.liveness() : s.health(), false, healthAt(s, "liveness", at)),
                s.startTimeout(),
                Set.copyOf(s.plannedExitCodes()),
                s.maxRuntime(),
                s.enabled(),
                s.manual(),
                log(s, s.logging(), at),
                ResourcesSpec.of(s.resources(), s.memoryWatch()));
    }

    LaunchSpec launch(Program s, Ranges r, Node at) {
        account(r, "user", s.user());
        account(r, "group", s.group());
        r.absolute("workingDir", s.workingDir());
        r.mode("umask", s.umask());
        r.within("nice", s.nice(), -20, 19);
        r.within("oomScoreAdj", s.oomScoreAdj(), -1000, 1000);
        s.cpuAffinity().forEach(cpu -> r.within("cpuAffinity", cpu, 0, 1023));
        ProcessSection.Io io = s.io();
        if (io != null) {
            new Ranges(problems, binder, io, at).within("priority", io.priority(), 0, 7);
        }
        ProcessSection.Environment env = s.env();
        var variables = new LinkedHashMap<String, String>();
        for (String file : s.envFile()) {
            Node where = binder.at(s, "envFile", at);
            variables.putAll(sources.variables(beside(where, file), where));
        }
        if (env != null) {
            env.set().forEach((name, value) -> {
                if (name.isEmpty() || name.contains("=")) {
                    problems.add(binder.at(env.set(), name), "\"" + name + "\" is no variable's name");
                }
                variables.put(name, value);
            });
            if (!env.clean() && !env.pass().isEmpty()) {
                problems.add(
                        binder.at(env, "pass", at), "pass counts only with clean: true; else everything is passed");
            }
        }
        return new LaunchSpec(
                command(s.command(), s.shell(), binder.at(s, "command", at)),
                s.workingDir(),
                s.user(),
                s.group(),
                s.umask().bits(),
                Collections.unmodifiableSortedMap(new TreeMap<>(variables)),
                env != null && env.clean(),
                env == null ? List.of() : List.copyOf(env.pass()),
                s.nice(),
                io == null ? null : io.ioClass(),
                io == null ? 4 : io.priority(),
                rlimits(s.rlimits()),
                List.copyOf(s.cpuAffinity()),
                s.oomScoreAdj(),
                new Sandboxes(problems, binder).of(s, binder.at(s, "sandbox", at)));
    }

    /** A name, or a number; the last number is what the kernel takes as "leave it" (setresuid(2)). */
    static void account(Ranges r, String component, @Nullable String name) {
        if (name == null) {
            return;
        }
        boolean number = name.matches("\\d+");
        boolean wrong = number
                ? name.length() > 10 || Long.parseLong(name) >= 0xFFFF_FFFFL
                : !name.matches("[A-Za-z0-9_][^:/\\s]{0,254}");
        if (wrong) {
            r.add(component, name, number ? "is a number of 0 to 4294967294" : "is a name or a number");
        }
    }

    private static Path beside(Node where, String file) {
        return where.getStartMark()
                .map(m -> Path.of(m.getName()).resolveSibling(file))
                .orElse(Path.of(file));
    }

    private CommandSpec command(ProcessSection.@Nullable Command c, boolean shell, Node at) {
        if (c == null) {
            return new CommandSpec(List.of());
        }
        String line = c.line();
        if (binder.standsIn(c)) {
            return new CommandSpec(List.of());
        }
        if (line != null && !shell) {
            problems.add(
                    at,
                    "a command is a list, such as ["
                            + String.join(", ", line.strip().split("\\s+", -1))
                            + "]; a text is for the shell, with shell: true");
        }
        if (line == null && shell) {
            problems.add(at, "with shell: true the command is one text for sh -c");
        }
        return new CommandSpec(line == null ? List.copyOf(c.argv()) : List.of("/bin/sh", "-c", line));
    }

    CommandSpec listed(ProcessSection.Command c, Node at) {
        if (c.line() != null) {
            problems.add(at, "this command is a list; for a shell write [sh, -c, \"...\"]");
        }
        return new CommandSpec(List.copyOf(c.argv()));
    }

    private SortedMap<String, LaunchSpec.RlimitSpec> rlimits(Map<String, ProcessSection.Rlimit> written) {
        var limits = new TreeMap<String, LaunchSpec.RlimitSpec>();
        written.forEach((name, limit) -> {
            Node at = binder.at(written, name);
            Resource resource = Resource.named(name).orElse(null);
            if (resource == null) {
                problems.add(
                        at,
                        "unknown resource \"" + name + "\"" + Problems.hint(name, Resource.names()) + " (known: "
                                + String.join(", ", Resource.names()) + ")");
                return;
            }
            try {
                long soft = amount(limit.soft(), resource);
                long hard = amount(limit.hard(), resource);
                if (Long.compareUnsigned(soft, hard) > 0) {
                    problems.add(at, "the soft limit of " + name + " is above its hard limit");
                }
                limits.put(name, new LaunchSpec.RlimitSpec(soft, hard));
            } catch (IllegalArgumentException e) {
                problems.add(at, name + ": " + e.getMessage());
            }
        });
        return Collections.unmodifiableSortedMap(limits);
    }

    private static long amount(String text, Resource resource) {
        if (text.equals("unlimited") || text.equals("infinity")) {
            return -1;
        }
        if (resource.inBytes()) {
            return ByteSize.parse(text).bytes();
        }
        if (!text.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("\"" + text + "\": a whole number or unlimited is expected");
        }
        return Long.parseLong(text);
    }

    private HooksSpec hooks(ProcessSection.@Nullable Hooks h, Node at) {
        return h == null
                ? new HooksSpec(null, null, null, null)
                : new HooksSpec(
                        hook(h.preStart(), at), hook(h.postStart(), at), hook(h.preStop(), at), hook(h.postStop(), at));
    }

    private @Nullable HookSpec hook(ProcessSection.@Nullable Hook h, Node at) {
        if (h == null) {
            return null;
        }
        new Ranges(problems, binder, h, at).positive("timeout", h.timeout());
        return new HookSpec(command(h.command(), h.shell(), binder.at(h, "command", at)), h.timeout());
    }

    private RestartSpec restart(ProcessSection s, Node at) {
        RestartSpec.Policy usual = s.type() == ProcessSpec.Type.LONGRUN ? ALWAYS : RestartSpec.Policy.NEVER;
        ProcessSection.Restart w = s.restart();
        if (w == null) {
            w = ProcessSection.Restart.ofPolicy(usual);
        }
        var r = new Ranges(problems, binder, w, at);
        RestartSpec.Policy policy = w.policy();
        if (s.type() == ProcessSpec.Type.ONESHOT && policy == ALWAYS) {
            problems.add(
                    binder.at(s, "restart", at), "a oneshot that always restarts never completes; on-failure or never");
        }
        r.within("multiplier", w.multiplier(), 1, 100);
        if (w.jitter().share() > 1) {
            r.add("jitter", w.jitter().toString(), "is at most 100%");
        }
        if (w.maxDelay().compareTo(w.delay()) < 0) {
            r.add("delay", Durations.format(w.delay()), "is at most max_delay, " + Durations.format(w.maxDelay()));
        }
        r.within("limit", w.limit(), 0, 1_000_000);
        r.positive("window", w.window());
        return new RestartSpec(
                policy == null ? usual : policy,
                w.delay(),
                w.maxDelay(),
                w.multiplier(),
                w.jitter().share(),
                w.limit(),
                w.window(),
                w.resetAfter());
    }

    StopSpec stop(ProcessSection.@Nullable Stop s, Node at) {
        if (s == null) {
            return new StopSpec(Signal.TERM, java.time.Duration.ofSeconds(10), null);
        }
        ProcessSection.Command c = s.command();
        return new StopSpec(s.signal(), s.timeout(), c == null ? null : listed(c, binder.at(s, "command", at)));
    }

    private Node healthAt(ProcessSection s, String own, Node at) {
        return binder.at(s, own, binder.at(s, "health", at));
    }

    private @Nullable HealthSpec health(ProcessSection.@Nullable Health h, boolean readiness, Node at) {
        if (h == null) {
            return null;
        }
        var r = new Ranges(problems, binder, h, at);
        r.positive("period", h.period());
        r.positive("timeout", h.timeout());
        r.within("successThreshold", h.successThreshold(), 1, 1000);
        r.within("failureThreshold", h.failureThreshold(), 1, 1000);
        ProcessSection.Breaker b = h.breaker();
        if (b != null) {
            var br = new Ranges(problems, binder, b, at);
            br.within("maxFailures", b.maxFailures(), 1, 1000);
            br.positive("resetTimeout", b.resetTimeout());
        }
        HealthSpec.Check check = new HealthChecks(problems, binder).of(h, at);
        if (check == null || (check instanceof HealthSpec.Check.Notify && !readiness)) {
            return null; // READY=1 comes once: there is nothing to ask later
        }
        return new HealthSpec(
                check,
                h.initialDelay(),
                h.period(),
                h.timeout(),
                h.successThreshold(),
                h.failureThreshold(),
                b == null ? null : new HealthSpec.BreakerSpec(b.maxFailures(), b.resetTimeout()));
    }

    /** @param section that has {@code logging} */
    LogSpec log(Record section, ProcessSection.@Nullable Logging logging, Node at) {
        return new LogResolver(problems, binder).of(logging, binder.at(section, "logging", at));
    }
}
