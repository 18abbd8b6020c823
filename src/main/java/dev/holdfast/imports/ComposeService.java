package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import dev.holdfast.unit.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One service as a process: what it runs, as whom, with which variables. */
final class ComposeService {
    private final String file;
    private final Surroundings around;
    private final Set<String> services;

    ComposeService(String file, Surroundings around, Set<String> services) {
        this.file = file;
        this.around = around;
        this.services = services;
    }

    /** @return what it waits for: services and conditions */
    Map<String, String> turn(Entry entry, Table service, Origin at) {
        Fields f = Fields.of(service, file, entry, "");
        command(f, entry, at);
        directory(f, entry);
        user(f, entry);
        variables(f, entry);
        var limits = new ComposeLimits(f, entry, file);
        limits.replicas();
        Map<String, String> needs = needs(f, entry);
        limits.restarts();
        stops(f, entry);
        new ComposeHealth(f, entry, file).turn();
        limits.turn();
        logs(f, entry);
        if (f.has("profiles")) {
            f.none("starts by hand here, as it did without its profile", "profiles");
            entry.put("manual", true);
        }
        Tree options = f.take("security_opt");
        if (options != null) {
            security(f, entry, options instanceof Items i ? i : new Items(List.of(options), options.line()));
        }
        told(f);
        return needs;
    }

    private static void security(Fields f, Entry entry, Items options) {
        for (Tree one : options.items()) {
            if (one instanceof Text t && t.value().matches("no-new-privileges([:=]true)?")) {
                entry.put("sandbox.no_new_privileges", true);
            } else {
                f.untold("security_opt", one, "not carried over");
            }
        }
    }

    private static void told(Fields f) {
        f.none(
                "these directories must be on this host, and paths in the container are none here",
                "volumes",
                "tmpfs",
                "volumes_from");
        f.none("the program listens on this host itself, on the port of the container", "ports", "expose");
        f.none(
                "not carried over: it shares the host's network; other services are at 127.0.0.1",
                "networks",
                "network_mode",
                "links",
                "external_links",
                "extra_hosts",
                "dns",
                "dns_search",
                "dns_opt",
                "hostname",
                "domainname",
                "mac_address");
        f.none("not carried over: sandbox.capabilities has keep and drop", "cap_add", "cap_drop");
        f.none("not carried over: sandbox.protect_system: strict is nearest", "read_only");
        f.none(
                "not carried over: it runs on the host as its user may",
                "privileged",
                "devices",
                "device_cgroup_rules",
                "gpus",
                "group_add",
                "userns_mode",
                "ipc",
                "pid",
                "uts",
                "cgroup",
                "cgroup_parent",
                "isolation",
                "security_opt",
                "sysctls",
                "shm_size",
                "runtime");
        f.none("not carried over: files of this host take their place", "secrets", "configs");
        f.none("not needed: what a service leaves behind is reaped and ended", "init");
        f.none(
                "not needed",
                "container_name",
                "platform",
                "pull_policy",
                "stdin_open",
                "tty",
                "attach",
                "annotations",
                "build",
                "image");
        f.none("not carried over: logging.labels mark lines", "labels", "label_file");
        f.none("not carried over: files are not watched", "develop");
        f.rest();
    }

    /** Its words; a text is split as a command line without a shell. */
    private static List<String> words(@Nullable Tree written) {
        return switch (written) {
            case Text t -> {
                List<String> split = Words.of(References.ofCompose(t.value()));
                yield split == null ? List.of("sh", "-c", References.ofCompose(t.value())) : split;
            }
            case Items i ->
                i.items().stream()
                        .filter(Text.class::isInstance)
                        .map(t -> References.ofCompose(((Text) t).value()))
                        .toList();
            case Table t -> List.of();
            case Code c -> List.of();
            case null -> List.of();
        };
    }

    private void command(Fields f, Entry entry, Origin at) {
        Origin imageAt = f.at(f.has("image") ? "image" : "build");
        Tree image = f.has("image") ? f.take("image") : null;
        Tree build = f.take("build");
        String named = image != null ? Shown.of("image", image) : build != null ? Shown.of("build", build) : "no image";
        entry.remark(
                image == null && build == null ? at : imageAt,
                named + ": what the image holds has to be installed on this host");
        if (image != null && build != null) {
            f.untold("build", build, "builds that image");
        }
        Tree first = f.take("entrypoint");
        Tree second = f.take("command");
        var argv = new ArrayList<>(words(first));
        argv.addAll(words(second));
        boolean arguments = first == null && !argv.isEmpty() && argv.getFirst().startsWith("-");
        // Compose leaves what a variable does not say to the image too; which it will be is not known yet.
        boolean open = !argv.isEmpty() && References.mayBeEmpty(argv.getFirst());
        if (argv.isEmpty() || open || arguments) {
            var placeholder = new ArrayList<String>(List.of("command-of-the-image"));
            placeholder.addAll(argv);
            entry.put("command", References.values(placeholder)).put("enabled", false);
            entry.left(
                    at,
                    entry.name() + ": its command is the image's (docker inspect --format '{{json .Config.Entrypoint}}"
                            + " {{json .Config.Cmd}}' IMAGE tells it): not enabled");
            return;
        }
        entry.put("command", References.values(argv));
        if (argv.stream().anyMatch(References::torn)) {
            entry.remark(at, "a default with blanks is one word here; compose would split it", "command");
        }
        if (argv.stream().anyMatch(References::odd)) {
            entry.left(at, "a reference that has no counterpart stands in the command as it is");
        }
        if (first == null && build == null) {
            entry.remark(at, "an ENTRYPOINT of the image, if there is one, came before this command", "command");
        }
    }

    private void directory(Fields f, Entry entry) {
        String directory = f.text("working_dir");
        if (directory == null) {
            return;
        }
        String marked = References.ofCompose(directory);
        if (marked.startsWith("/") || References.any(marked)) {
            entry.put("working_dir", References.value(marked));
            entry.remark(f.at("working_dir"), "working_dir was within the image", "working_dir");
        } else {
            f.remark("working_dir", directory, "is no absolute path; not carried over");
        }
    }

    private static void user(Fields f, Entry entry) {
        String user = f.text("user");
        if (user == null || user.isEmpty()) {
            return;
        }
        String marked = References.ofCompose(user);
        String settled = References.settled(marked);
        if (settled == null) {
            f.remark("user", user, "not carried over: the variable says it");
            return;
        }
        String[] parts = settled.split(":", 2);
        if (!parts[0].isEmpty()) {
            entry.put("user", parts[0]);
        }
        if (parts.length > 1 && !parts[1].isEmpty()) {
            entry.put("group", parts[1]);
        }
        entry.remark(f.at("user"), "user: " + Shown.line(user) + ": must be one of this host", "user");
    }

    private void variables(Fields f, Entry entry) {
        Origin filesAt = f.at("env_file");
        Tree files = f.take("env_file");
        List<Tree> all = files instanceof Items i ? i.items() : files == null ? List.of() : List.of(files);
        var kept = new ArrayList<String>();
        for (Tree one : all) {
            envFile(entry, one, filesAt, kept);
        }
        if (!kept.isEmpty()) {
            entry.put("env_file", kept);
        }
        Tree env = f.take("environment");
        if (env instanceof Table t) {
            t.values().forEach((name, value) -> {
                Text key = t.keys().get(name);
                var at = new Origin(file, key == null ? t.line() : key.line());
                variable(entry, name, value instanceof Text v && !v.none() ? v.value() : null, at);
            });
        } else if (env instanceof Items i) {
            for (Tree one : i.items()) {
                String text = one instanceof Text t ? t.value() : "";
                int is = text.indexOf('=');
                variable(
                        entry,
                        is < 0 ? text : text.substring(0, is),
                        is < 0 ? null : text.substring(is + 1),
                        new Origin(file, one.line()));
            }
        } else if (env != null) {
            f.untold("environment", env, "is neither a list nor a mapping; not carried over");
        }
    }

    private void envFile(Entry entry, Tree written, Origin at, List<String> kept) {
        Text named = written instanceof Text t ? t : written instanceof Table t ? t.text("path") : null;
        String path = named == null ? "" : named.value();
        String whole = path.startsWith("/") ? path : around.beside(path);
        if (!path.isEmpty() && !path.contains("$") && whole.startsWith("/") && around.isFile(whole)) {
            kept.add(whole);
            if (written instanceof Table) {
                entry.remark(at, Shown.of("env_file", written) + ": the file must be there", "env_file");
            }
        } else {
            entry.remark(at, Shown.of("env_file", written) + ": is not there; not carried over");
        }
    }

    private void variable(Entry entry, String name, @Nullable String value, Origin at) {
        if (name.isEmpty() || value == null) {
            entry.remark(at, "environment " + Shown.line(name) + ": inherited from the daemon here");
            return;
        }
        String marked = References.ofCompose(value);
        entry.variable(name, References.value(marked));
        if (References.odd(marked)) {
            entry.remark(at, "environment " + name + ": a reference that has no counterpart stands as it is", "env");
        }
        String settled = References.settled(marked);
        Compose.hosts(services, settled == null ? value : settled)
                .forEach(host -> entry.remark(
                        at,
                        "environment " + name + " names the service " + host + ", which is at 127.0.0.1 here",
                        "env"));
    }

    private static Map<String, String> needs(Fields f, Entry entry) {
        var needs = new LinkedHashMap<String, String>();
        Origin at = f.at("depends_on");
        Tree written = f.take("depends_on");
        if (written instanceof Items i) {
            i.items().forEach(one -> needs.put(one instanceof Text t ? t.value() : "", "service_started"));
        } else if (written instanceof Table t) {
            t.values().forEach((name, how) -> {
                Text condition = how instanceof Table c ? c.text("condition") : null;
                needs.put(name, condition == null ? "service_started" : condition.value());
                if (how instanceof Table c) {
                    c.values().forEach((k, v) -> {
                        if (!k.equals("condition")) {
                            entry.remark(at, "depends_on " + name + "." + Shown.of(k, v) + ": not carried over");
                        }
                    });
                }
            });
        } else if (written != null) {
            f.untold("depends_on", written, "is neither a list nor a mapping; not carried over");
        }
        return needs;
    }

    private static void stops(Fields f, Entry entry) {
        String signal = f.text("stop_signal");
        if (signal != null && Signal.parse(signal).isPresent()) {
            entry.put("stop.signal", Signal.parse(signal).get().written());
        } else if (signal != null) {
            f.remark("stop_signal", signal, "is no signal; not carried over");
        }
        String grace = f.text("stop_grace_period");
        String timeout = grace == null ? null : Amounts.duration(grace);
        if (timeout != null) {
            entry.put("stop.timeout", timeout);
        } else if (grace != null) {
            f.remark("stop_grace_period", grace, "is no duration; not carried over");
        }
    }

    private void logs(Fields f, Entry entry) {
        Fields logging = f.within("logging", file);
        if (logging == null) {
            return;
        }
        logging.none("not carried over: the log is holdfast's; global.logging.outputs sends it elsewhere", "driver");
        Fields options = logging.within("options", file);
        if (options != null) {
            String size = options.text("max-size");
            Long bytes = size == null ? null : Amounts.bytes(size);
            if (bytes != null && bytes >= 4096) {
                entry.put("logging.file.rotation.max_size", Amounts.size(bytes));
            } else if (size != null) {
                options.remark("max-size", size, "not carried over");
            }
            Integer files = options.number("max-file", 1, 1001);
            if (files != null) {
                entry.put("logging.file.rotation.max_backups", files - 1);
            }
            options.rest();
        }
        logging.rest();
    }
}
