package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A process of cbox-init; one with a {@code schedule} is a schedule. */
final class CboxProcess {
    private final Sheet sheet;
    private final String file;
    private final CboxDefaults defaults;
    private final Map<String, Map<String, Origin>> needs = new LinkedHashMap<>();

    CboxProcess(Sheet sheet, String file, CboxDefaults defaults) {
        this.sheet = sheet;
        this.file = file;
        this.defaults = defaults;
    }

    /** What each waits for, and where that is said. */
    Map<String, Map<String, Origin>> needs() {
        return needs;
    }

    static List<String> words(@Nullable Tree written) {
        return switch (written) {
            case Items i ->
                i.items().stream()
                        .filter(Text.class::isInstance)
                        .map(t -> References.ofBraces(((Text) t).value()))
                        .toList();
            case Text t -> Objects.requireNonNullElse(Words.of(References.ofBraces(t.value())), List.<String>of());
            case null, default -> List.of();
        };
    }

    /** Working directory and variables, which hooks have too. */
    static void surroundings(Fields f, Entry entry, String file) {
        String directory = f.text("working_dir");
        if (directory != null && directory.startsWith("/")) {
            entry.put("working_dir", References.value(References.ofBraces(directory)));
        } else if (directory != null) {
            f.remark("working_dir", directory, "is no absolute path; not carried over");
        }
        Fields env = f.within("env", file);
        if (env != null) {
            for (String name : env.names()) {
                String value = env.text(name);
                entry.variable(name, References.value(References.ofBraces(value == null ? "" : value)));
            }
            env.rest();
        }
    }

    Entry turn(String name, Table process, Origin at) {
        Text cron = process.text("schedule");
        String when = cron == null || cron.none() ? "" : cron.value();
        boolean scheduled = !when.isEmpty();
        Entry entry = scheduled ? sheet.schedule(name, at) : sheet.process(name, at);
        Fields f = Fields.of(process, file, entry, "");
        List<String> command = words(f.take("command"));
        entry.put("command", References.values(command));
        if (command.isEmpty()) {
            entry.put("command", List.of("false")).put("enabled", false);
            entry.left(at, name + " has no command: not enabled");
        }
        if (!f.is("enabled", false)) {
            entry.put("enabled", false);
        }
        if (scheduled) {
            scheduled(f, entry, when);
        } else {
            process(f, entry);
        }
        surroundings(f, entry, file);
        for (String key : List.of("user", "group")) {
            String account = f.text(key);
            if (account != null && !account.isEmpty()) {
                entry.put(key, account);
            }
        }
        needs(f, name);
        shutdown(f, entry, scheduled);
        new CboxLogging(f, entry, file).turn();
        f.none("not carried over: heartbeat asks a URL at each run, which has to be told", "heartbeat");
        f.none("not carried over: holdfast scale changes replicas within what the configuration may have", "max_scale");
        f.rest();
        return entry;
    }

    private void needs(Fields f, String name) {
        var needed = new LinkedHashMap<String, Origin>();
        Origin at = f.at("depends_on");
        Tree written = f.take("depends_on");
        if (written instanceof Items i) {
            i.items().forEach(one -> needed.put(one instanceof Text t ? t.value() : "", at));
        } else if (written != null) {
            f.untold("depends_on", written, "is no list; not carried over");
        }
        needs.put(name, needed);
    }

    private static void scheduled(Fields f, Entry entry, String cron) {
        Origin at = f.at("schedule");
        f.take("schedule");
        Sheet.due(entry, cron, at);
        String zone = f.text("schedule_timezone");
        if (zone == null || !zone.equals("Local")) {
            entry.put("timezone", zone == null ? "UTC" : zone);
        } else {
            f.remark("schedule_timezone", zone, "so it is without one");
        }
        String timeout = f.text("schedule_timeout");
        String duration = timeout == null ? null : Amounts.duration(timeout);
        if (duration != null) {
            entry.put("timeout", duration);
        } else if (timeout != null) {
            f.remark("schedule_timeout", timeout, "is no duration; not carried over");
        }
        Integer most = f.number("schedule_max_concurrent");
        entry.put("overlap", "skip");
        if (most != null && most != 1) {
            f.remark(
                    "schedule_max_concurrent",
                    most.toString(),
                    "a schedule never runs over itself here; overlap: queue" + " has it wait");
        }
        f.none(
                "not carried over: a schedule runs at its times",
                "restart",
                "scale",
                "type",
                "initial_state",
                "health_check",
                "port_base");
        Integer megabytes = f.number("max_memory_mb", 1, 999_999_999);
        if (megabytes != null) {
            entry.put("resources.limits.memory", Amounts.size((long) megabytes << 20));
        }
    }

    private void process(Fields f, Entry entry) {
        f.none(
                "says nothing without schedule",
                "schedule",
                "schedule_timezone",
                "schedule_timeout",
                "schedule_max_concurrent");
        String type = f.text("type");
        boolean oneshot = type != null && type.equals("oneshot");
        if (oneshot) {
            entry.put("type", "oneshot");
        } else if (type != null && !type.equals("longrun")) {
            f.remark("type", type, "is none; longrun in its place");
        }
        String state = f.text("initial_state");
        if (state != null && state.equals("stopped")) {
            entry.put("manual", true);
        } else if (state != null && !state.equals("running")) {
            f.remark("initial_state", state, "is none; not carried over");
        }
        restarts(f, entry, oneshot);
        Integer scale = f.number("scale");
        if (scale != null && scale > 0 && scale <= 1000) {
            entry.put("replicas", scale);
        } else if (scale != null) {
            f.remark("scale", scale.toString(), "not carried over");
        }
        Integer megabytes = f.number("max_memory_mb", 1, 999_999_999);
        if (megabytes != null) {
            Amounts.recycledAt(entry, (long) megabytes << 20);
            entry.remark(
                    f.at("max_memory_mb"),
                    "asked to end and started anew at " + megabytes
                            + "Mi, with what it has started; a quarter more is its limit",
                    "memory_watch");
        }
        health(f, entry);
        port(f, entry);
    }

    private static void port(Fields f, Entry entry) {
        Origin at = f.at("port_base");
        Integer port = f.number("port_base", 1, 65_000);
        if (port == null || !(entry.get("command") instanceof List<?> command)) {
            return;
        }
        var wrapped = new ArrayList<Object>(List.of("/bin/sh", "-c", "PORT=\"$HOLDFAST_PORT\" exec \"$@\"", "sh"));
        wrapped.addAll(command);
        entry.put("command", wrapped).put("port_base", port);
        entry.remark(at, "the shell gives each replica its port as PORT, and is replaced by the program", "command");
    }

    private void restarts(Fields f, Entry entry, boolean oneshot) {
        String own = f.text("restart");
        String policy = own != null ? own : oneshot ? "never" : defaults.policy;
        if (!List.of("always", "on-failure", "never").contains(policy)) {
            f.remark("restart", policy, "is none; not carried over");
            return;
        }
        if (oneshot && policy.equals("always")) {
            f.remark("restart", policy, "a oneshot that always restarts never completes: on-failure");
            policy = "on-failure";
        }
        entry.put("restart.policy", policy);
        if (policy.equals("never")) {
            return;
        }
        if (defaults.attempts != null && defaults.attempts > 0) {
            Amounts.giveUpAfter(entry, defaults.attempts, 5);
        }
        if (defaults.delay != null) {
            entry.put("restart.delay", defaults.delay);
            String longest = defaults.longest == null ? "1m" : defaults.longest;
            boolean above = Durations.parse(longest).compareTo(Durations.parse(defaults.delay)) >= 0;
            entry.put("restart.max_delay", above ? longest : defaults.delay);
        }
        if (defaults.stable != null) {
            entry.put("restart.reset_after", defaults.stable);
        }
    }

    private void health(Fields process, Entry entry) {
        Origin at = process.at("health_check");
        Fields f = process.within("health_check", file);
        if (f == null) {
            return;
        }
        String type = String.valueOf(f.text("type"));
        String mode = f.text("mode");
        String where = mode == null || mode.equals("both") ? "health" : mode;
        boolean known = List.of("health", "readiness", "liveness").contains(where);
        boolean asked = known && asked(f, entry, type, where);
        if (!asked) {
            entry.remark(at, "health_check: of a type or mode that is not known here; not carried over");
            f.rest();
            return;
        }
        duration(f, entry, "initial_delay", where, 5);
        duration(f, entry, "period", where, 10);
        duration(f, entry, "timeout", where, 3);
        for (String key : List.of("failure_threshold", "success_threshold")) {
            Integer number = f.number(key, 1, 1000);
            if (number != null) {
                entry.put(where + "." + key, number);
            }
        }
        f.rest();
    }

    private static boolean asked(Fields f, Entry entry, String type, String where) {
        return switch (type) {
            case "tcp" -> {
                String address = Objects.requireNonNullElse(f.text("address"), "");
                boolean port = address.matches("\\[?[^\\s]*[^\\s:]\\]?:\\d{1,5}");
                if (port) {
                    entry.put(where + ".tcp.address", address);
                } else {
                    f.remark("address", address, "is no host:port");
                }
                f.none("does not belong to tcp", "url", "command", "expected_status");
                yield port;
            }
            case "http" -> {
                String url = Objects.requireNonNullElse(f.text("url"), "");
                boolean web = url.matches("https?://[^\\s]+");
                if (web) {
                    entry.put(where + ".http.url", url);
                    Integer status = f.number("expected_status", 100, 599);
                    entry.put(where + ".http.expect_status", status == null ? 200 : status);
                } else {
                    f.remark("url", url, "is no URL");
                }
                f.none("does not belong to http", "address", "command");
                yield web;
            }
            case "exec" -> {
                List<String> command = words(f.take("command"));
                if (!command.isEmpty()) {
                    entry.put(where + ".exec.command", References.values(command));
                }
                f.none("does not belong to exec", "address", "url", "expected_status");
                yield !command.isEmpty();
            }
            default -> {
                f.remark("type", type, "is none of tcp, http and exec");
                yield false;
            }
        };
    }

    private static void duration(Fields f, Entry entry, String key, String where, int preset) {
        entry.put(where + "." + key, seconds(f, key, preset));
    }

    /** What is not above 0 is as if it were not said, there too. */
    private static String seconds(Fields f, String key, int preset) {
        Integer seconds = f.number(key);
        if (seconds == null || seconds > 0) {
            return Amounts.seconds(seconds == null ? preset : seconds);
        }
        f.remark(key, seconds.toString(), "is not above 0: " + preset + " s in its place");
        return Amounts.seconds(preset);
    }

    private void shutdown(Fields process, Entry entry, boolean scheduled) {
        Fields f = process.within("shutdown", file);
        if (f == null) {
            return;
        }
        String signal = f.text("signal");
        if (signal != null && Signal.parse(signal).isPresent()) {
            entry.put("stop.signal", Signal.parse(signal).get().written());
        } else if (signal != null) {
            f.remark("signal", signal, "is no signal; not carried over");
        }
        entry.put("stop.timeout", seconds(f, "timeout", 30));
        String kill = f.text("kill_signal");
        if (kill != null) {
            f.remark("kill_signal", kill, "what does not end is killed by KILL here");
        }
        f.none("not carried over: the signal's own meaning decides", "graceful");
        Fields hook = scheduled ? null : f.within("pre_stop_hook", file);
        if (hook != null) {
            List<String> command = words(hook.take("command"));
            String timeout = seconds(hook, "timeout", 30);
            if (!command.isEmpty()) {
                entry.put("hooks.pre_stop.command", References.values(command)).put("hooks.pre_stop.timeout", timeout);
            }
            hook.none("not needed", "name");
            hook.rest();
        }
        f.rest();
    }
}
