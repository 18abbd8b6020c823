package dev.holdfast.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a configuration, wholly or not at all. */
public final class ConfigLoader {
    private static final Map<String, String> DEFAULTED =
            Map.of("process", "processes", "schedule", "schedules", "queue", "queues");

    /** What can be right here and wrong on another host. */
    private static final List<String> OF_THE_HOST =
            List.of("user", "group", "rlimits", "oomScoreAdj", "sandbox", "resources");

    private final Map<String, String> environment;
    private final boolean root;

    /**
     * @param environment for {@code ${NAME}}
     * @param root whether files that everyone may write are refused
     */
    public ConfigLoader(Map<String, String> environment, boolean root) {
        this.environment = Map.copyOf(environment);
        this.root = root;
    }

    /** Reads the file and all it includes. Never throws for what a file says. */
    public Loaded load(Path file) {
        var problems = new Problems();
        try {
            return load(file, problems, new Budget());
        } catch (Budget.Exceeded e) {
            problems.add(e.problem());
            return new Loaded.Unsound(problems.list());
        }
    }

    private Loaded load(Path file, Problems problems, Budget budget) {
        var sources = new Sources(problems, root ? new Trust(environment) : null, budget);
        MappingNode written = sources.read(file, null);
        if (written == null) {
            return new Loaded.Unsound(problems.list());
        }
        var variables = new HashMap<String, String>();
        if (Yaml.get(written, "env_file") instanceof SequenceNode files) {
            for (Node f : files.getValue()) {
                if (f instanceof ScalarNode s) {
                    variables.putAll(sources.variables(file.resolveSibling(s.getValue()), f));
                }
            }
        }
        variables.putAll(environment); // what the caller says wins over what lies in files
        // Not the caller's: a holdfast started by a holdfast has another one.
        variables.put(
                "HOLDFAST_CONFIG_DIR",
                String.valueOf(file.toAbsolutePath().normalize().getParent()));
        var interpolation = new Interpolation(variables);
        var binder = new Binder(problems, interpolation, budget);
        Node defaults = Yaml.get(written, "defaults");
        if (defaults != null) {
            Binder.check(defaults, Document.Defaults.class, problems, interpolation, budget);
        }
        MappingNode whole = withDefaults(written);
        many(whole);
        Document document = binder.bind(whole, Document.class);
        if (document == null) {
            return new Loaded.Unsound(problems.list());
        }
        var resolver = new Resolver(problems, binder, sources);
        GlobalSpec global = resolver.global(document, whole);
        var processes = new TreeMap<String, ProcessSpec>();
        var places = new HashMap<String, Place>();
        document.processes().forEach((name, section) -> {
            Node at = binder.at(document.processes(), name);
            processes.put(name, resolver.process(name, section, at));
            place(binder, name, section, places);
        });
        var schedules = new TreeMap<String, ScheduleSpec>();
        var scheduled = new ScheduleResolver(problems, binder, resolver);
        document.schedules().forEach((name, section) -> {
            ScheduleSpec spec = scheduled.schedule(name, section, binder.at(document.schedules(), name));
            if (spec != null) {
                schedules.put(name, spec);
                place(binder, name, section, places);
            }
        });
        var queues = new TreeMap<String, QueueSpec>();
        var queued = new QueueResolver(problems, binder, resolver, scheduled);
        document.queues().forEach((name, section) -> {
            queues.put(name, queued.queue(name, section, binder.at(document.queues(), name)));
            place(binder, name, section, places);
        });
        GuardSections.Guard guarded = document.guard();
        GuardSpec guard = guarded == null
                ? null
                : new GuardResolver(problems, binder, resolver)
                        .guard(guarded, document, binder.at(document, "guard", whole));
        AlertSections.Alerts told = document.alerts();
        AlertSpec alerts = told == null
                ? null
                : new AlertResolver(problems, binder, resolver).alerts(told, binder.at(document, "alerts", whole));
        SortedMap<String, ReportSpec> reports =
                new ReportResolver(problems, binder, scheduled, alerts).reports(document);
        WatchedSpec watched = new WatchedResolver(problems, binder, resolver).of(document, whole);
        document.probes().forEach((name, section) -> {
            if (section.exec() != null) {
                place(binder, "probe " + name, section.exec(), List.of("user", "group"), places);
            }
        });
        new Checks(problems, binder, document, whole).run();
        if (!problems.isEmpty()) {
            return new Loaded.Unsound(problems.list());
        }
        return new Loaded.Sound(
                new Config(file, global, processes, schedules, queues, guard, alerts, places, watched, reports));
    }

    /** Names of processes and schedules differ, so one map has the places of both. */
    private static void place(Binder binder, String name, Object section, Map<String, Place> places) {
        place(binder, name, section, OF_THE_HOST, places);
    }

    private static void place(
            Binder binder, String name, Object section, List<String> components, Map<String, Place> places) {
        for (String component : components) {
            Node node = binder.written(section, component);
            if (node != null) {
                Problem p = Problems.at(node, "");
                places.put(
                        name + "." + Binder.key(section.getClass(), component),
                        new Place(p.file(), p.line(), p.column()));
            }
        }
    }

    private static void many(MappingNode whole) {
        if (Yaml.get(whole, "processes") instanceof MappingNode all
                && all.getValue().size() > Budget.PROCESSES) {
            throw new Budget.Exceeded(Problems.at(
                    all.getValue().get(Budget.PROCESSES).getKeyNode(),
                    "there are " + all.getValue().size() + " processes; at most " + Budget.PROCESSES));
        }
    }

    /** Lays {@code defaults} under every entry, and takes them away: partial as they are, they would not bind alone. */
    private static MappingNode withDefaults(MappingNode written) {
        MappingNode result = Yaml.without(written, "defaults");
        if (!(Yaml.get(written, "defaults") instanceof MappingNode defaults)) {
            return result;
        }
        for (NodeTuple t : defaults.getValue()) {
            String section = DEFAULTED.get(Yaml.name(t));
            Node entries = section == null ? null : Yaml.get(written, section);
            if (section == null || !(entries instanceof MappingNode all)) {
                continue;
            }
            List<NodeTuple> laid = new ArrayList<>();
            for (NodeTuple entry : all.getValue()) {
                laid.add(new NodeTuple(entry.getKeyNode(), Yaml.merge(t.getValueNode(), entry.getValueNode())));
            }
            result = Yaml.with(result, section, Yaml.mapping(laid, all));
        }
        return result;
    }
}
