package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An app of pm2 as a process, or, when it only runs at its times, as a schedule. */
final class Pm2App {
    private static final Pattern OF_ENVIRONMENT =
            Pattern.compile("process\\.env(?:\\.([A-Za-z_]\\w*)|\\[['\"]([A-Za-z_]\\w*)['\"]\\])"
                    + "(?:\\s*(?:\\|\\||\\?\\?)\\s*(?:'([^'}\\\\]*)'|\"([^\"}\\\\]*)\""
                    + "|(true|false|-?\\d[\\d_]*(?:\\.\\d+)?)))?");

    private final Sheet sheet;
    private final String file;
    private final Surroundings around;
    private final String environment;

    Pm2App(Sheet sheet, String file, Surroundings around, String environment) {
        this.sheet = sheet;
        this.file = file;
        this.around = around;
        this.environment = environment;
    }

    void turn(Table app) throws Broken {
        var origin = new Origin(file, app.line());
        Text script = app.text("script");
        Tree scripted = app.get("script");
        Text named = app.text("name");
        String base =
                script == null ? "" : script.value().replaceFirst(".*/", "").replaceFirst("\\.\\w+$", "");
        String name = named != null && !named.value().isEmpty() ? named.value() : base.isEmpty() ? "app" : base;
        Text restarts = app.text("autorestart");
        String cron = cron(app);
        boolean scheduled = cron != null && restarts != null && restarts.value().equals("false");
        String when = cron == null ? "" : cron;
        Entry entry = scheduled ? sheet.schedule(name, origin) : sheet.process(name, origin);
        Fields f = Fields.of(app, file, entry, "");
        Tree called = f.take("name");
        if (called instanceof Code) {
            f.untold("name", called, "is not run; " + entry.name() + " in its place");
        }
        if (scripted == null) {
            throw new Broken(origin, 1, "an app has a script; " + (name.isEmpty() ? "this one" : name) + " has none");
        }
        new Pm2Command(f, entry, around).turn(app.get("cwd"));
        directory(f, entry);
        variables(f, entry);
        if (scheduled) {
            Sheet.due(entry, when, f.at(f.has("cron_restart") ? "cron_restart" : "cron"));
            entry.remark(
                    f.at("cron_restart"),
                    "an app that is not restarted but at its times is a schedule here; pm2"
                            + " ran it at its own start too");
            f.take("cron_restart", "cron");
            f.take("autorestart");
            f.none(
                    "not carried over: a schedule runs once at a time",
                    "instances",
                    "exec_mode",
                    "max_restarts",
                    "min_uptime",
                    "restart_delay",
                    "exp_backoff_restart_delay",
                    "autostart");
            Long bytes = memory(f);
            if (bytes != null) {
                entry.put("resources.limits.memory", Amounts.size(bytes));
                entry.remark(f.at("max_memory_restart"), "a run that needs more is killed, not asked", "resources");
            }
        } else {
            Pm2Life.instances(f, entry, around);
            Pm2Life.restarts(f, entry);
            Long bytes = memory(f);
            if (bytes != null) {
                Amounts.recycledAt(entry, bytes);
                entry.remark(
                        f.at("max_memory_restart"),
                        "asked to end and started anew at " + Amounts.size(bytes)
                                + ", with what it has started; a quarter more is its limit",
                        "memory_watch");
            }
            restartsAt(f, entry, cron);
            if (!f.is("autostart", true)) {
                entry.put("manual", true);
            }
        }
        Pm2Life.stops(f, entry);
        logs(f, entry);
        String user = f.first("user", "uid");
        if (user != null) {
            entry.put("user", user);
        }
        String group = f.first("gid");
        if (group != null) {
            entry.put("group", group);
        }
        rest(f);
    }

    private static @Nullable String cron(Table app) {
        Text cron = app.text("cron_restart") != null ? app.text("cron_restart") : app.text("cron");
        return cron == null || cron.none() || List.of("", "0").contains(cron.value())
                ? null
                : cron.value().strip().replaceAll("\\s+", " ");
    }

    private static void rest(Fields f) {
        f.none(
                "not carried over: nothing is watched for changes; holdfast restart does after a deployment",
                "watch",
                "ignore_watch",
                "watch_options",
                "watch_delay");
        f.none(
                "not carried over: messages of node's IPC, which is pm2's own; readiness: { notify: true } waits for"
                        + " READY=1 on NOTIFY_SOCKET",
                "wait_ready",
                "listen_timeout",
                "shutdown_with_message");
        f.none(
                "not carried over: pm2's own",
                "pid_file",
                "pid",
                "vizion",
                "pmx",
                "automation",
                "trace",
                "force",
                "namespace",
                "source_map_support",
                "disable_source_map_support",
                "post_update",
                "append_env_to_name",
                "appendEnvToName",
                "disable_logs",
                "disable_trace",
                "vizion_running",
                "io",
                "version");
        f.rest();
    }

    private void restartsAt(Fields f, Entry entry, @Nullable String cron) {
        Origin at = f.at(f.has("cron_restart") ? "cron_restart" : "cron");
        f.take("cron_restart", "cron");
        if (cron == null) {
            return;
        }
        Entry restart = sheet.schedule(entry.name() + "-restart", at);
        Sheet.due(restart, cron, at);
        restart.put("command", List.of("holdfast", "restart", entry.name()))
                .remark(at, "cron_restart=" + Shown.line(cron) + " of " + entry.name());
    }

    private static @Nullable Long memory(Fields f) {
        String text = f.text("max_memory_restart");
        Long bytes = text == null ? null : Amounts.bytes(text);
        if (text != null && bytes == null) {
            f.remark("max_memory_restart", text, "is no size; not carried over");
        }
        return bytes;
    }

    /** A value of the environment; null: it is not known here. */
    static @Nullable Object value(Tree tree) {
        if (tree instanceof Text t) {
            return t.value();
        }
        Matcher m = OF_ENVIRONMENT.matcher(tree instanceof Code c ? c.text() : "");
        if (!m.matches()) {
            return null;
        }
        String preset = m.group(3) != null ? m.group(3) : m.group(4) != null ? m.group(4) : m.group(5);
        return new Expanded("${" + (m.group(1) != null ? m.group(1) : m.group(2)) + ":-"
                + (preset == null ? "" : Expanded.plain(m.group(5) == null ? preset : preset.replace("_", "")))
                + "}");
    }

    private void directory(Fields f, Entry entry) {
        Origin at = f.at("cwd");
        boolean given = f.has("cwd");
        Tree written = f.take("cwd");
        if (given && written != null && !(written instanceof Text)) {
            f.untold("cwd", written, "is not run, so where it starts is not known: set working_dir");
            return;
        }
        String cwd = written instanceof Text t ? t.value() : null;
        if (around.directory().isEmpty() && (cwd == null || !cwd.startsWith("/"))) {
            entry.remark(
                    at,
                    (cwd == null
                                    ? "pm2 starts it where pm2 was called"
                                    : "cwd: " + Shown.line(cwd) + " is relative to where pm2 was called")
                            + ": set working_dir");
            return;
        }
        entry.put("working_dir", cwd == null ? around.directory() : around.beside(cwd));
    }

    private void variables(Fields f, Entry entry) {
        Tree env = f.take("env");
        if (env != null) {
            variables(f, entry, "env", env);
        }
        for (String key : f.names()) {
            if (key.startsWith("env_") && !key.equals("env_file")) {
                Tree more = f.take(key);
                if (more != null && key.equals("env_" + environment)) {
                    variables(f, entry, key, more);
                } else if (more != null) {
                    f.untold(key, more, "not carried over; --env " + key.substring(4) + " of the import takes it");
                }
            }
        }
        String file = f.first("env_file");
        if (file != null && around.isFile(beside(file))) {
            entry.put("env_file", List.of(beside(file)));
        } else if (file != null) {
            f.remark("env_file", file, "is not there; not carried over");
        }
    }

    private void variables(Fields f, Entry entry, String key, Tree written) {
        if (!(written instanceof Table all)) {
            entry.left(f.at(key), Shown.of(key, written) + ": is not run, so what it comes to is not known; left out");
            return;
        }
        all.values().forEach((name, value) -> {
            Text at = all.keys().get(name);
            var origin = new Origin(file, at == null ? all.line() : at.line());
            Object known = value instanceof Text t && t.none() ? null : value(value);
            if (known != null && name.matches("[^=\\s]+") && !name.startsWith("...")) {
                entry.variable(name, known);
                if (known instanceof Expanded) {
                    entry.remark(
                            origin,
                            Shown.of(key + "." + name, value) + ": from the environment of the daemon, or of check",
                            "env");
                }
            } else {
                entry.remark(
                        origin,
                        Shown.of(key + "." + name, value)
                                + (known == null && value instanceof Text
                                        ? ": says nothing"
                                        : ": is not run; not carried over"));
            }
        });
    }

    private String beside(String path) {
        return path.startsWith("/") ? path : around.beside(path);
    }

    private void logs(Fields f, Entry entry) {
        Origin at = f.at(f.has("out_file") ? "out_file" : "output");
        String out = f.first("out_file", "output", "out", "out_log", "log_file", "log");
        if (out != null && (out.equals("/dev/null") || out.equalsIgnoreCase("null"))) {
            entry.remark(at, "out_file: " + out + ": output is kept all the same, within its bounds");
        } else if (out != null) {
            sheet.log(entry, out.startsWith("~") ? out : beside(out), at);
        }
        f.none(
                "not carried over: both streams go to one log, in which each line says which it was",
                "error_file",
                "error",
                "err",
                "err_file",
                "err_log",
                "combine_logs",
                "log_file",
                "log",
                "out",
                "output");
        f.none("each line has its time, in the log's own form", "log_date_format", "time");
        f.none("not carried over: each replica has a log of its own; logs NAME shows them together", "merge_logs");
        String form = f.text("log_type");
        if (form != null && form.equals("json")) {
            entry.put("logging.file.format", "json");
        } else if (form != null) {
            f.remark("log_type", form, "not carried over");
        }
    }
}
