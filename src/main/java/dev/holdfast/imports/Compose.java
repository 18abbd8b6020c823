package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A compose file: services to processes of this host, where what was in their images has to be installed. */
final class Compose {
    private static final int MOST_EXTENDS = 8;

    private final String file;
    private final Surroundings around;
    private final Sheet sheet = new Sheet();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> needs = new LinkedHashMap<>();
    private final Map<String, Origin> origins = new LinkedHashMap<>();

    private Compose(String file, Surroundings around) {
        this.file = file;
        this.around = around;
    }

    /** @throws Broken when it is no YAML, or has no services */
    static Sheet read(String file, String text, Surroundings around) throws Broken {
        var reading = new Compose(file, around);
        reading.sheet.read(file, text, "services", reading::turn);
        return reading.sheet;
    }

    private void turn(Fields f, Table services) throws Broken {
        f.none("not needed", "version", "name");
        f.none("not carried over: processes of one host share its network", "networks");
        f.none("not carried over: directories of this host take their place", "volumes");
        f.none("not carried over: files of this host take their place", "secrets", "configs");
        Origin includeAt = f.at("include");
        Tree include = f.take("include");
        if (include != null) {
            sheet.head().left(includeAt, Shown.of("include", include) + ": not read; import those files too");
        }
        f.names().stream()
                .filter(n -> n.startsWith("x-"))
                .forEach(n -> f.none("an extension: what services take from it is in them", n));
        f.rest();
        var service = new ComposeService(file, around, services.keys().keySet());
        for (String name : services.keys().keySet()) {
            Text key = services.keys().get(name);
            var origin = new Origin(file, key == null ? services.line() : key.line());
            if (!(services.values().get(name) instanceof Table own)) {
                throw new Broken(origin, key == null ? 1 : key.column() + 1, name + ": a service has keys");
            }
            Entry entry = sheet.process(name, origin);
            entries.put(name, entry);
            origins.put(name, origin);
            needs.put(name, service.turn(entry, extended(own, services, 0), origin));
        }
        depend();
        if (around.isFile(around.directory() + "/.env") && !around.directory().isEmpty()) {
            sheet.head()
                    .remark(
                            new Origin(file, 0),
                            "compose reads .env beside it for ${NAME}: env_file: [\"" + around.directory()
                                    + "/.env\"] at the top does so here");
        }
    }

    /** A service with what it extends in the same file laid under it. */
    private static Table extended(Table own, Table services, int depth) {
        Tree extending = own.get("extends");
        Text from = extending instanceof Table t ? t.text("service") : extending instanceof Text t ? t : null;
        boolean here = !(extending instanceof Table t) || t.get("file") == null;
        Tree base = from == null || !here || depth > MOST_EXTENDS
                ? null
                : services.values().get(from.value());
        if (!(base instanceof Table below)) {
            return own; // the key is told with the others
        }
        Table whole = laid(extended(below, services, depth + 1), own);
        whole.values().remove("extends");
        return whole;
    }

    private static Table laid(Table below, Table above) {
        var values = new LinkedHashMap<>(below.values());
        var keys = new LinkedHashMap<>(below.keys());
        above.values().forEach((k, v) -> values.merge(k, v, (under, over) -> laid(k, under, over)));
        keys.putAll(above.keys());
        return new Table(values, keys, above.line());
    }

    /** As compose does: mappings key by key, whichever way they are written; lists one after the other. */
    private static Tree laid(String key, Tree under, Tree over) {
        boolean named = key.equals("environment") || key.equals("depends_on");
        Tree first = named ? named(under) : under;
        Tree second = named ? named(over) : over;
        if (first instanceof Table u && second instanceof Table o) {
            return laid(u, o);
        }
        boolean replaced = key.equals("command") || key.equals("entrypoint") || key.equals("test");
        if (!replaced && first instanceof Items u && second instanceof Items o) {
            var both = new ArrayList<>(u.items());
            both.addAll(o.items());
            return new Items(both, o.line());
        }
        return over;
    }

    /** A list of {@code NAME=value} or names as a mapping. */
    private static Tree named(Tree written) {
        if (!(written instanceof Items list)) {
            return written;
        }
        var values = new LinkedHashMap<String, Tree>();
        var keys = new LinkedHashMap<String, Text>();
        for (Tree one : list.items()) {
            if (one instanceof Text t) {
                int is = t.value().indexOf('=');
                String name = is < 0 ? t.value() : t.value().substring(0, is);
                values.put(name, new Text(is < 0 ? "" : t.value().substring(is + 1), t.line(), t.column(), is < 0));
                keys.put(name, new Text(name, t.line(), t.column(), true));
            }
        }
        return new Table(values, keys, list.line());
    }

    /** When all services are known: who waits for whom, and for what. */
    private void depend() {
        needs.forEach((name, on) -> {
            Entry entry = Objects.requireNonNull(entries.get(name));
            Origin at = Objects.requireNonNull(origins.get(name));
            var kept = new LinkedHashMap<String, Object>();
            on.forEach((other, condition) -> need(entry, at, other, condition, kept));
            if (!kept.isEmpty()) {
                entry.put("depends_on", kept);
            }
        });
    }

    private void need(Entry entry, Origin at, String other, String condition, Map<String, Object> kept) {
        Entry needed = entries.get(other);
        if (needed == null || needed == entry) {
            entry.remark(at, "depends_on " + Shown.line(other) + ": there is no such service; not carried over");
        } else if (needed.get("enabled") != null && entry.get("enabled") == null) {
            entry.remark(at, "depends_on " + other + ", which is not enabled: not carried over");
        } else if (needed.get("manual") != null && entry.get("manual") == null && entry.get("enabled") == null) {
            entry.remark(at, "depends_on " + other + ", which starts by hand here: not carried over");
        } else if (condition.equals("service_healthy") && needed.get("readiness") == null) {
            entry.remark(
                    at,
                    "depends_on " + other + " healthy: its check, if any, is in the image; started is waited for",
                    "depends_on");
            kept.put(needed.name(), "started");
        } else if (condition.equals("service_completed_successfully")) {
            completes(needed);
            kept.put(needed.name(), "completed");
        } else {
            kept.put(needed.name(), condition.equals("service_healthy") ? "healthy" : "started");
        }
    }

    private static void completes(Entry needed) {
        needed.put("type", "oneshot");
        if (needed.get("restart.policy") instanceof String s && s.equals("always")) {
            needed.put("restart.policy", "on-failure");
        }
    }

    /** Names of services that a value may mean as hosts. */
    static Set<String> hosts(Set<String> services, String value) {
        var named = new LinkedHashSet<String>();
        for (String word : value.split("[/@,;=\\s\"'\\[\\]]+", -1)) {
            String host = word.replaceFirst(":\\d+.*$", "");
            boolean whole = word.equals(value.strip()) || word.contains(":") || value.contains("//");
            if (services.contains(host) && whole) {
                named.add(host);
            }
        }
        return named;
    }
}
