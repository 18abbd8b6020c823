package dev.holdfast.daemon;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.Config;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.Place;
import dev.holdfast.config.ProbeSpec;
import dev.holdfast.config.Problem;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.QueueSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.confine.Limits;
import dev.holdfast.confine.Properties;
import dev.holdfast.confine.Sandboxing;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.linux.Accounts;
import dev.holdfast.process.Identity;
import dev.holdfast.process.Launch;
import dev.holdfast.supervise.Action;
import dev.holdfast.workdir.Glob;
import dev.holdfast.workdir.Owner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** From what the configuration says to what the launcher needs: names become numbers, defaults become values. */
final class Launches {
    static final String PROCESS = "process";
    static final String INDEX = "index";
    static final String PURPOSE = "purpose";
    static final String FINGERPRINT = "fingerprint";
    static final String RESTARTS = "restarts";
    private static final int MANY = 4096;
    /** The purpose of an exec probe, beside those of {@code Action.Purpose}. */
    static final String PROBE = "PROBE";

    /** Which runs and jobs are told of their trace. */
    final Tracing tracing = new Tracing();

    private final Map<String, String> own;
    private final @Nullable Path socket;
    private final boolean root;
    private final Identity self;
    private final int ownScore = HostLimits.ownScore();
    private final Sandboxing sandboxing = new Sandboxing();
    /** Looked up when a configuration is taken, since a name service may be slow; replaced as a whole. */
    private volatile Map<String, Account> accounts = Map.of();

    /** One digest for all replicas of a process; the loop's thread's own. */
    private final IdentityHashMap<ProcessSpec, String> fingerprints = new IdentityHashMap<>();

    private record Account(Identity identity, ChildEnvironment.@Nullable Account home) {}

    /** For what is looked at and not run. */
    Launches(Map<String, String> own, boolean root) {
        this(own, root, null);
    }

    /**
     * @param own the daemon's environment
     * @param socket where programs reach the daemon; null: nowhere
     */
    Launches(Map<String, String> own, boolean root, @Nullable Path socket) {
        this.own = own;
        this.socket = socket;
        this.root = root;
        this.self = HostLimits.ownIdentity();
    }

    /** The daemon's environment. */
    Map<String, String> own() {
        return own;
    }

    /** Looks up every user and group, and what only this host can judge; what is wrong, each at its place. */
    List<String> resolve(Config config) {
        var problems = new TreeSet<Problem>();
        var found = new HashMap<>(accounts); // what still stops may need an account that the new file lacks
        var host = new HostLimits();
        var all = new java.util.TreeMap<>(config.processes());
        all.putAll(Configured.asProcesses(config.schedules(), ScheduleSpec::asProcess));
        all.putAll(Configured.asProcesses(config.queues(), QueueSpec::asProcess));
        config.watched().probes().forEach((name, probe) -> {
            if (probe.check() instanceof ProbeSpec.Check.Exec exec) {
                all.put("probe " + name, ProbeDesk.spec(name, exec));
            }
        });
        all.forEach((name, spec) -> {
            LaunchSpec l = spec.launch();
            host.beyond(l).forEach((key, why) -> problems.add(at(config, name, key, why)));
            sandboxing.beyond(l).forEach((key, why) -> problems.add(at(config, name, key, why)));
            String user = l.user();
            String group = l.group();
            if (user == null && group == null) {
                return;
            }
            if (!root) {
                problems.add(at(config, name, user == null ? "group" : "user", "needs a daemon that runs as root"));
                return;
            }
            Accounts.User account = Accounts.user(user == null ? "0" : user).orElse(null);
            Integer gid = group == null ? null : Accounts.group(group).orElse(null);
            if (account == null) {
                problems.add(at(config, name, "user", "\"" + user + "\" is no user of this host"));
            }
            if (group != null && gid == null) {
                problems.add(at(config, name, "group", "\"" + group + "\" is no group of this host"));
            }
            if (account != null && (group == null || gid != null)) {
                Identity identity = gid == null
                        ? new Identity(account.uid(), account.gid(), account.groups())
                        : new Identity(account.uid(), gid, Accounts.groups(account.name(), gid));
                found.put(
                        key(l),
                        new Account(
                                identity,
                                user == null ? null : new ChildEnvironment.Account(account.name(), account.home())));
            }
        });
        config.queues().forEach((name, queue) -> {
            String why = unfit(queue.deliver());
            if (why != null) {
                problems.add(at(config, name, "deliver.files", why));
            }
        });
        if (problems.isEmpty()) {
            accounts = Map.copyOf(found);
        }
        return problems.stream().map(Problem::toString).toList();
    }

    /** Else it would be found when the first job is to be delivered. */
    private static @Nullable String unfit(QueueSpec.@Nullable DeliverSpec deliver) {
        try {
            if (deliver != null) {
                Glob.of(deliver.files());
            }
            return null;
        } catch (IllegalArgumentException e) {
            return "\"" + deliver.files() + "\" is " + e.getMessage();
        }
    }

    private static Problem at(Config config, String process, String key, String why) {
        Place place = config.places().get(process + "." + key.replaceFirst("\\..*", ""));
        String whose = process.startsWith("probe ")
                ? "probes." + process.substring("probe ".length()) + ".exec"
                : section(config, process) + "." + process;
        return (place == null ? new Place(config.file().toString(), 1, 1) : place)
                .problem(whose + "." + key + ": " + why);
    }

    private static String section(Config config, String name) {
        return config.schedules().containsKey(name)
                ? "schedules"
                : config.queues().containsKey(name) ? "queues" : "processes";
    }

    /** @param leader of a running instance, by its pid */
    Launch launch(Action.Launch l, IntFunction<Optional<ProcessRef>> leader) {
        Integer pid = l.mainPid();
        ProcessRef beside = pid == null ? null : leader.apply(pid).orElse(null);
        return launch(
                l.instance(), l.replica(), l.purpose().name(), l.spec(), l.command(), pid, beside, l.restarts(), true);
    }

    /**
     * @param mainPid MAINPID, also in place of {@code $MAINPID} among the arguments; null for none
     * @param beside the running process whose sandbox it shares; null for one of its own
     * @param restarts of the replica so far, for the next daemon
     * @param captured whether its output is kept
     */
    Launch launch(
            InstanceId id,
            ReplicaId replica,
            String purpose,
            ProcessSpec spec,
            CommandSpec command,
            @Nullable Integer mainPid,
            @Nullable ProcessRef beside,
            int restarts,
            boolean captured) {
        LaunchSpec l = spec.launch();
        Account account = accounts.get(key(l));
        Map<String, String> environment =
                ChildEnvironment.of(spec, l, replica.index(), own, socket, account == null ? null : account.home);
        List<String> argv = command.argv();
        if (mainPid != null) {
            String pid = mainPid.toString();
            environment.put("MAINPID", pid);
            argv = argv.stream().map(a -> a.replace("$MAINPID", pid)).toList();
        }
        boolean main = purpose.equals("MAIN") || purpose.equals(Timetable.RUN) || purpose.equals(Workshop.JOB);
        return new Launch(
                id,
                main ? replica.toString() : replica + " " + purpose.toLowerCase(java.util.Locale.ROOT),
                Map.of(
                        PROCESS,
                        replica.process(),
                        INDEX,
                        Integer.toString(replica.index()),
                        PURPOSE,
                        purpose,
                        FINGERPRINT,
                        fingerprint(spec),
                        RESTARTS,
                        Integer.toString(restarts)),
                argv,
                environment,
                l.workingDir(),
                account == null ? null : account.identity,
                l.umask(),
                l.nice(),
                Properties.ioPriority(l),
                Properties.rlimits(l),
                l.cpuAffinity(),
                oomScoreAdj(l),
                sandboxing.of(l, beside),
                captured ? new Launch.Output.Captured() : new Launch.Output.Discarded(),
                new Launch.Group(spec.name(), main ? Limits.of(spec.resources()) : Limits.ofAside(spec.resources())),
                main && spec.notifies());
    }

    /**
     * A run of a schedule, or its hook; or what tells of a job.
     *
     * @param facts kept in its record, for the next daemon
     * @param variables set for it beside what its schedule says
     */
    Launch scheduled(
            InstanceId id,
            ProcessSpec spec,
            String purpose,
            CommandSpec command,
            Map<String, String> facts,
            Map<String, String> variables) {
        Launch l = launch(id, new ReplicaId(spec.name(), 0), purpose, spec, command, null, null, 0, true);
        var attributes = new HashMap<>(l.attributes());
        attributes.putAll(facts);
        var environment = new HashMap<>(l.environment());
        environment.putAll(variables);
        return new Launch(
                id,
                purpose.equals(Timetable.RUN) || purpose.equals(Workshop.JOB) ? spec.name() : spec.name() + " hook",
                attributes,
                l.argv(),
                environment,
                l.workingDir(),
                l.identity(),
                l.umask(),
                l.nice(),
                l.io(),
                l.rlimits(),
                l.cpuAffinity(),
                l.oomScoreAdj(),
                l.sandbox(),
                l.output(),
                l.group(),
                false);
    }

    /**
     * An attempt at a job.
     *
     * @param argv whole
     * @param facts kept in its record, for the next daemon
     * @param variables set for it beside what its queue says
     * @param workdir where it starts; null: where its queue says
     */
    Launch job(
            InstanceId id,
            ProcessSpec spec,
            List<String> argv,
            Map<String, String> facts,
            Map<String, String> variables,
            @Nullable String workdir) {
        Launch l = scheduled(id, spec, Workshop.JOB, new CommandSpec(argv), facts, variables);
        return workdir == null ? l : l.startingIn(workdir);
    }

    /** Whose its files are: as whom it runs; the daemon's own when nobody is named. */
    Owner owner(LaunchSpec l) {
        Account account = accounts.get(key(l));
        Identity identity = account == null ? self : account.identity;
        return new Owner(identity.uid(), identity.gid(), identity.groups());
    }

    private String fingerprint(ProcessSpec spec) {
        if (fingerprints.size() > MANY) {
            fingerprints.clear(); // of configurations that were replaced
        }
        return fingerprints.computeIfAbsent(spec, ProcessSpec::fingerprint);
    }

    /** What keeps the daemon from the OOM killer, OOMScoreAdjust= of its unit say, is not meant for its programs. */
    private @Nullable Integer oomScoreAdj(LaunchSpec l) {
        Integer wanted = l.oomScoreAdj();
        return wanted == null && ownScore < 0 ? Integer.valueOf(0) : wanted;
    }

    private static String key(LaunchSpec l) {
        return l.user() + ":" + l.group();
    }
}
