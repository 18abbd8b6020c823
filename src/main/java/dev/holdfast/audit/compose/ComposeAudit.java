package dev.holdfast.audit.compose;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Compose files: those told, else those in the usual places. */
public final class ComposeAudit implements Auditor {
    static final Rule UNREADABLE =
            new Rule("compose-unreadable", Grade.WARNING, "a compose file that is no YAML, or cannot be read");
    static final Rule MEMORY = new Rule(
            "compose-no-memory-limit", Grade.WARNING, "a service without mem_limit and deploy.resources.limits.memory");
    static final Rule RESTART = new Rule(
            "compose-no-restart", Grade.WARNING, "a service without restart and deploy.restart_policy, or with \"no\"");
    static final Rule ABOVE =
            new Rule("compose-memory-above-host", Grade.WARNING, "limits × replicas not below the host's memory");

    private static final int MOST_EXTENDS = 8;

    private static List<String> check(String file) {
        return List.of("docker", "compose", "-f", file, "config", "--quiet");
    }

    public static List<Rule> rules() {
        return List.of(UNREADABLE, MEMORY, RESTART, ABOVE);
    }

    @Override
    public String program() {
        return "compose";
    }

    @Override
    public Verdict audit(Grounds host) {
        var notes = new Notes(host, UNREADABLE);
        for (String file : files(host, notes)) {
            Table own = services(notes, file);
            String override = file.replaceFirst("\\.(ya?ml)$", ".override.$1");
            boolean overridden = !override.equals(file) && notes.isFile(override);
            Table more = overridden ? services(notes, override) : null;
            var variables = new Variables(notes, file);
            if (own != null) {
                own.values().forEach((name, value) -> {
                    if (value instanceof Table t) {
                        judge(
                                host,
                                notes,
                                file,
                                new Service(name, layers(notes, file, t, own, more, name), t, own.keys(), variables));
                    }
                });
            }
        }
        return notes.verdict();
    }

    /**
     * @param layers whose keys count, the strongest first
     * @param keys of the services, with their places
     */
    private record Service(String name, List<Table> layers, Table own, Map<String, Text> keys, Variables variables) {
        @Nullable
        Text text(String... path) {
            return layers.stream()
                    .map(l -> l.text(path))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        boolean has(String... path) {
            return layers.stream().anyMatch(l -> l.get(path) != null);
        }

        int line() {
            Text key = keys.get(name);
            return key == null ? own.line() : key.line();
        }
    }

    private static List<String> files(Grounds host, Notes notes) {
        String told = host.told().getOrDefault("compose.files", "");
        if (!told.isEmpty()) {
            return List.of(told.split(",", -1)).stream().map(String::strip).toList();
        }
        var files = new ArrayList<String>();
        for (String directory :
                List.of("/opt/*", "/srv", "/srv/*", "/root", "/root/*", "/home/*", "/home/*/*", "/var/www/*")) {
            for (String name : List.of("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")) {
                files.addAll(notes.glob(directory + "/" + name));
            }
        }
        return files;
    }

    private static @Nullable Table services(Notes notes, String file) {
        List<String> lines = notes.lines(file);
        if (lines.isEmpty()) {
            return null;
        }
        try {
            Tree root = Tree.read(String.join("\n", lines) + "\n");
            if (root instanceof Table t && t.get("services") instanceof Table services) {
                return services;
            }
            boolean includes = root instanceof Table t && t.get("include") != null; // they have a file each
            if (!includes) {
                notes.broken(new Site(file, root == null ? 1 : root.line()), "has no services", "");
            }
        } catch (YamlEngineException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            int line = e instanceof MarkedYamlEngineException m
                    ? m.getProblemMark().map(k -> k.getLine() + 1).orElse(0)
                    : 0;
            notes.broken(new Site(file, line), "is no YAML that can be read", why);
        }
        return null;
    }

    /** The override, the service, and what it extends. */
    private static List<Table> layers(
            Notes notes, String file, Table own, Table services, @Nullable Table more, String name) {
        var layers = new ArrayList<Table>();
        if (more != null && more.get(name) instanceof Table t) {
            layers.add(t);
        }
        layers.add(own);
        Table at = own;
        Table among = services;
        String where = file;
        for (int i = 0; i < MOST_EXTENDS && at != null && among != null; i++) {
            Text brief = at.text("extends");
            Text of = brief != null ? brief : at.text("extends", "service");
            Text other = at.text("extends", "file");
            if (other != null) {
                where = other.value().startsWith("/")
                        ? other.value()
                        : where.substring(0, where.lastIndexOf('/') + 1)
                                + other.value().replaceFirst("^\\./", "");
                among = services(notes, where);
            }
            at = of != null && among != null && among.get(of.value()) instanceof Table t ? t : null;
            if (at != null) {
                layers.add(at);
            }
        }
        return layers;
    }

    private static void judge(Grounds host, Notes notes, String file, Service s) {
        memory(host, notes, file, s);
        Text restart = s.text("restart");
        String value = restart == null ? "no" : s.variables().filled(restart.value());
        boolean never = value != null && (value.equals("no") || value.equals("false"));
        if (!never || s.has("deploy", "restart_policy")) {
            return;
        }
        Text here = restart != null && restart.equals(s.own().get("restart")) ? restart : null;
        var site = new Site(file, here != null ? here.line() : s.line());
        notes.add(RESTART.finding(
                List.of(site),
                s.name(),
                "the service " + Notes.shown(s.name()) + " is not started again when it ends or the host restarts",
                List.of(restart == null ? "restart is not set: \"no\"" : "restart: " + Notes.shown(restart.value())),
                "After a crash, or when the kernel has killed it, it is gone until somebody looks.",
                restarted(notes, file, s, here)));
    }

    private static Fix restarted(Notes notes, String file, Service s, @Nullable Text restart) {
        String line = "restart: unless-stopped";
        if (restart != null) {
            String now = notes.lines(file).get(restart.line() - 1);
            String bare = now.strip();
            String indent = now.substring(0, now.length() - now.stripLeading().length());
            return bare.startsWith("restart:")
                    ? notes.replace("set " + line, new Site(file, restart.line()), check(file), indent + line)
                    : Fix.byHand("set " + line);
        }
        Text first = s.own().keys().values().stream().findFirst().orElse(null);
        return first != null && first.line() == s.line() + 1
                ? notes.insert("set " + line, new Site(file, s.line()), check(file), " ".repeat(first.column()) + line)
                : Fix.byHand("set " + line);
    }

    private static void memory(Grounds host, Notes notes, String file, Service s) {
        Text brief = s.text("mem_limit");
        Text limit = brief != null ? brief : s.text("deploy", "resources", "limits", "memory");
        String who = "compose service " + Notes.shown(s.name()) + " of " + file;
        var site = new Site(file, s.line());
        String size = limit == null ? "0" : s.variables().filled(limit.value());
        Text more = s.text("deploy", "replicas") != null ? s.text("deploy", "replicas") : s.text("scale");
        String many = more == null ? "1" : s.variables().filled(more.value());
        if (size == null || many == null) {
            Text open = size == null ? limit : more;
            notes.claim(new Claim(
                    who,
                    Claim.NOT_KNOWN,
                    0,
                    null,
                    (open == null ? "" : Notes.shown(open.value())) + " is filled in by the environment",
                    List.of(open == null ? site : new Site(file, open.line()))));
            return;
        }
        long replicas = many.strip().matches("\\d{1,9}") ? Long.parseLong(many.strip()) : -1;
        long bytes = bytes(size);
        if (limit != null && bytes < 0) {
            notes.broken(new Site(file, limit.line()), "sets a limit to what is no size", limit.value());
            return;
        }
        if (more != null && replicas < 0) {
            notes.broken(new Site(file, more.line()), "sets replicas to what is no number", more.value());
            return;
        }
        if (limit == null || bytes == 0) {
            notes.claim(new Claim(who, Long.MAX_VALUE, 0, null, replicas + " × no limit", List.of(site)));
            notes.add(MEMORY.finding(
                    List.of(site),
                    s.name(),
                    "the service " + Notes.shown(s.name()) + " has no limit of memory",
                    List.of("mem_limit and deploy.resources.limits.memory are not set", replicas + " replicas"),
                    "A leak in it takes the whole host.",
                    Fix.byHand("set mem_limit, or let holdfast protect write the block")));
            return;
        }
        long worst = Notes.times(bytes, replicas);
        String arithmetic = replicas + " × " + Notes.size(bytes);
        notes.claim(new Claim(who, worst, worst, null, arithmetic, List.of(new Site(file, limit.line()))));
        if (host.memory() > 0 && worst >= host.memory()) {
            notes.add(ABOVE.finding(
                    List.of(new Site(file, limit.line())),
                    s.name(),
                    "the service " + Notes.shown(s.name()) + " may take " + Notes.size(worst) + " of the host's "
                            + Notes.size(host.memory()),
                    List.of(arithmetic + " = " + Notes.size(worst)),
                    "The host is out of memory before the limit is reached: it limits nothing.",
                    Fix.byHand("lower the limit, or the replicas")));
        }
    }

    /** {@code 512m}, {@code 1.5gb}; -1: it is none. */
    private static long bytes(String written) {
        String text = written.strip().toLowerCase(Locale.ROOT);
        int end = 0;
        while (end < text.length() && (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        String number = text.substring(0, end);
        if (number.length() > 15 || !number.matches("\\d+(\\.\\d+)?")) {
            return -1;
        }
        long unit = switch (text.substring(end).strip()) {
            case "", "b" -> 1;
            case "k", "kb", "kib" -> 1L << 10;
            case "m", "mb", "mib" -> 1L << 20;
            case "g", "gb", "gib" -> 1L << 30;
            default -> -1;
        };
        return unit < 0 ? -1 : (long) (Double.parseDouble(number) * unit);
    }
}
