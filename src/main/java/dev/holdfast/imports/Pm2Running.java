package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Processes as a pm2 that runs tells them ({@code pm2 jlist}), or keeps them for its next start ({@code dump.pm2} of
 * {@code pm2 save}), as the apps of an ecosystem file that they came from.
 */
final class Pm2Running {
    /** What is called otherwise there. */
    private static final Map<String, String> NAMES = Map.of(
            "pm_exec_path", "script",
            "pm_cwd", "cwd",
            "exec_interpreter", "interpreter",
            "pm_out_log_path", "out_file",
            "pm_err_log_path", "error_file",
            "username", "user");

    /** What a run leaves behind, which nobody set. */
    private static final Pattern RECORDED = Pattern.compile(
            "axm_.*|pid|pm_id|monit|pm_pid_path|km_link|vizion_running|NODE_APP_INSTANCE|status|pm_uptime|created_at"
                    + "|restart_time|unstable_restarts|_pm2_version|node_version|version|versioning|exit_code|unique_id"
                    + "|prev_restart_delay|kill_retry_time|windowsHide|instances|command|started_inside|env_.*");

    /** What pm2 sets itself: it says nothing where it stands so. */
    private static final Map<String, Set<String>> PRESETS = Map.ofEntries(
            Map.entry("namespace", Set.of("default")),
            Map.entry("instance_var", Set.of("NODE_APP_INSTANCE")),
            Map.entry("exec_mode", Set.of("fork_mode", "fork")),
            Map.entry("treekill", Set.of("true")),
            Map.entry("automation", Set.of("true")),
            Map.entry("pmx", Set.of("true")),
            Map.entry("vizion", Set.of("true")),
            Map.entry("autostart", Set.of("true")),
            Map.entry("autorestart", Set.of("true")),
            Map.entry("merge_logs", Set.of("true", "false")),
            Map.entry("watch", Set.of("false")),
            Map.entry("wait_ready", Set.of("false")),
            Map.entry("time", Set.of("false")),
            Map.entry("pmx_module", Set.of("false")));

    /** Of the shell that called pm2, of what started that, and of pm2 itself. */
    private static final Pattern SHELL = Pattern.compile(
            "_|SHLVL|PWD|OLDPWD|HOME|USER|LOGNAME|SHELL|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|LS_COLORS|LS_OPTIONS|LESS.*|PAGER"
                    + "|EDITOR|VISUAL|MAIL|HIST.*|PS1|HOSTNAME|HOSTTYPE|MOTD_SHOWN|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|WINDOWID"
                    + "|TMUX.*|STY|SSH_.*|SUDO_.*|XDG_.*|DBUS_SESSION_BUS_ADDRESS|NVM_.*|npm_.*|INIT_CWD|PM2_.*|pm_id|unique_id"
                    + "|NODE_APP_INSTANCE|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MANAGERPID|NOTIFY_SOCKET|LISTEN_.*"
                    + "|VSCODE_.*|BASH_.*|GPG_.*|GIT_ASKPASS");

    private static final Set<String> USUAL_PATHS = Set.of(
            "/usr/local/sbin",
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/bin",
            "/sbin",
            "/bin",
            "/usr/games",
            "/usr/local/games",
            "/snap/bin");

    private final String file;
    private final Entry head;
    private final Set<String> recorded = new TreeSet<>();
    private final Set<String> ofShell = new TreeSet<>();

    private Pm2Running(String file, Entry head) {
        this.file = file;
        this.head = head;
    }

    /** Whether these are processes that run, and no apps as somebody wrote them. */
    static boolean are(List<Tree> apps) {
        return apps.stream()
                .anyMatch(a -> a instanceof Table t && (t.get("pm2_env") != null || t.get("pm_exec_path") != null));
    }

    /** An app for those of one name and script. */
    static List<Tree> apps(List<Tree> processes, String file, Entry head) {
        var reading = new Pm2Running(file, head);
        var apps = new LinkedHashMap<List<String>, List<Table>>();
        var others = new ArrayList<Tree>();
        for (Tree one : processes) {
            Table process = one instanceof Table t ? t.get("pm2_env") instanceof Table env ? env : t : null;
            if (process == null) {
                others.add(one);
            } else if (isTrue(process.text("pmx_module"))) {
                reading.module(process);
            } else {
                apps.computeIfAbsent(
                                List.of(said(process, "name"), said(process, "pm_exec_path")), k -> new ArrayList<>())
                        .add(process);
            }
        }
        List<Tree> all = new ArrayList<>(
                apps.values().stream().map(reading::app).map(Tree.class::cast).toList());
        all.addAll(others);
        reading.tell(all);
        return all;
    }

    private void module(Table module) {
        String name = said(module, "name");
        var at = new Origin(file, module.line());
        if (name.equals("pm2-logrotate")) {
            head.remark(at, "pm2-logrotate: not needed: logs are rotated by themselves");
        } else {
            head.left(at, "a module of pm2's, " + Shown.line(name) + ": not carried over");
        }
    }

    private Table app(List<Table> replicas) {
        Table first = replicas.getFirst();
        var values = new LinkedHashMap<String, Tree>();
        var keys = new LinkedHashMap<String, Text>();
        Tree written = first.get("env");
        Map<String, Tree> env = written instanceof Table t ? t.values() : Map.of();
        first.values().forEach((key, value) -> {
            String name = NAMES.getOrDefault(key, key);
            // All of env stands beside it once more; of what was set anew since, the value there is an old one.
            boolean variable = key.matches("[A-Z_][A-Z0-9_]*");
            boolean ofEnv = env.containsKey(key) && (variable || same(value, env.get(key)));
            if (RECORDED.matcher(key).matches() || (variable && !ofEnv)) {
                recorded.add(key.replaceFirst("^(axm|env)_.*", "$1_…"));
            } else if (!ofEnv && !isPreset(key, value)) {
                values.putIfAbsent(name, key.equals("env") ? own(first, value) : logged(first, key, value));
                keys.putIfAbsent(name, first.keys().getOrDefault(key, at(first, key)));
            }
        });
        if (values.containsKey("uid")) {
            values.remove("user"); // whoever called pm2
        }
        values.values().removeIf(v -> v instanceof Text t && t.none());
        if (replicas.size() > 1) {
            values.put("instances", text(first, String.valueOf(replicas.size())));
            keys.put("instances", at(first, "instances"));
        }
        boolean scheduled =
                first.text("cron_restart") != null && said(first, "autorestart").equals("false");
        if (!scheduled && replicas.stream().allMatch(r -> said(r, "status").equals("stopped"))) {
            values.put("autostart", text(first, "false"));
            keys.put("autostart", first.keys().getOrDefault("status", at(first, "autostart")));
        }
        return new Table(values, keys, first.line());
    }

    /** The variables without those of the shell. */
    private Tree own(Table app, Tree env) {
        if (!(env instanceof Table all)) {
            return env;
        }
        var values = new LinkedHashMap<String, Tree>();
        all.values().forEach((name, value) -> {
            boolean configuration = name.equals(said(app, "name"))
                    && value instanceof Text t
                    && t.value().equals("{}");
            boolean usualPath = name.equals("PATH")
                    && value instanceof Text t
                    && USUAL_PATHS.containsAll(List.of(t.value().split(":", -1)));
            if (usualPath || configuration || SHELL.matcher(name).matches()) {
                ofShell.add(name);
            } else {
                values.put(name, value);
            }
        });
        return new Table(values, all.keys(), all.line());
    }

    /** A log where pm2 puts it by itself is none that was asked for; to others it adds the process's number. */
    private static Tree logged(Table app, String key, Tree value) {
        if (!key.matches("pm_(out|err)_log_path") || !(value instanceof Text path)) {
            return value;
        }
        String number = said(app, "pm_pid_path").replaceFirst(".*-(\\d+)\\.pid$", "$1");
        String asked =
                number.matches("\\d+") ? path.value().replaceFirst("-" + number + "(\\.[^./]*)?$", "$1") : path.value();
        boolean own = asked.matches(".*/logs/[^/]*-(out|error)(\\.log)?");
        return new Text(own ? "" : asked, path.line(), path.column(), true);
    }

    private void tell(List<Tree> apps) {
        var at = new Origin(file, apps.isEmpty() ? 1 : apps.getFirst().line());
        if (!recorded.isEmpty()) {
            head.remark(at, "what pm2 records of a run is no setting: " + String.join(", ", recorded));
        }
        if (!ofShell.isEmpty()) {
            head.remark(
                    at,
                    "pm2 keeps the variables of the shell that called it; these are left out: "
                            + String.join(", ", ofShell) + "; look through env for others of that kind");
        }
    }

    private static boolean isPreset(String key, Tree value) {
        return switch (value) {
            case Text t -> PRESETS.getOrDefault(key, Set.of()).contains(t.value());
            case Items i -> i.items().isEmpty();
            default -> false;
        };
    }

    private static boolean same(Tree one, @Nullable Tree other) {
        if (one instanceof Text a) {
            return other instanceof Text b && a.value().equals(b.value());
        }
        return other != null && !(other instanceof Text);
    }

    private static boolean isTrue(@Nullable Text text) {
        return text != null && text.value().equals("true");
    }

    private static String said(Table app, String key) {
        Text text = app.text(key);
        return text == null ? "" : text.value();
    }

    private static Text text(Table app, String value) {
        return new Text(value, app.line(), 0, true);
    }

    private static Text at(Table app, String key) {
        return text(app, key);
    }
}
