package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** cbox-init's YAML (cboxdk/init): global settings, hooks, and processes of which some run at their times. */
final class CboxInit {
    private final String file;
    private final Sheet sheet = new Sheet();

    private CboxInit(String file) {
        this.file = file;
    }

    /** @throws Broken when it is no YAML, or has no processes */
    static Sheet read(String file, String text) throws Broken {
        var reading = new CboxInit(file);
        reading.sheet.read(file, text, "processes", reading::turn);
        return reading.sheet;
    }

    private void turn(Fields f, Table all) throws Broken {
        f.none("of their format; not needed", "version");
        var defaults = new CboxDefaults(f.within("global", file), sheet.head(), file);
        Tree hooks = f.take("hooks");
        f.rest();
        String last = hooks instanceof Table h ? before(h) : null;
        var entries = new LinkedHashMap<String, Entry>();
        var turned = new CboxProcess(sheet, file, defaults);
        for (String name : all.keys().keySet()) {
            Text key = all.keys().get(name);
            var at = new Origin(file, key == null ? all.line() : key.line());
            if (!(all.values().get(name) instanceof Table own)) {
                throw new Broken(at, key == null ? 1 : key.column() + 1, name + ": a process has keys");
            }
            entries.put(name, turned.turn(name, own, at));
        }
        turned.needs().forEach((name, needs) -> depend(entries, name, needs, last));
        if (hooks instanceof Table h) {
            after(h, entries);
        } else if (hooks != null) {
            f.untold("hooks", hooks, "is no mapping; not carried over");
        }
    }

    private void depend(Map<String, Entry> entries, String name, Map<String, Origin> needs, @Nullable String last) {
        Entry entry = Objects.requireNonNull(entries.get(name));
        var kept = new LinkedHashMap<String, Object>();
        needs.forEach((other, at) -> {
            Entry needed = entries.get(other);
            if (needed == null || sheet.known(needed.name()) != needed) {
                entry.remark(at, "depends_on " + Shown.line(other) + ", which is no process here: not carried over");
            } else if (sheet.known(entry.name()) != entry) {
                entry.remark(at, "depends_on " + other + ": schedules wait for nothing; not carried over");
            } else if (needed.get("enabled") != null && entry.get("enabled") == null) {
                entry.remark(at, "depends_on " + other + ", which is not enabled: not carried over");
            } else if (needed.get("manual") != null && entry.get("manual") == null && entry.get("enabled") == null) {
                entry.remark(at, "depends_on " + other + ", which starts by hand here: not carried over");
            } else if (needed.get("type") != null) {
                kept.put(needed.name(), "completed");
            } else {
                boolean checked = needed.get("readiness") != null || needed.get("health") != null;
                kept.put(needed.name(), checked ? "healthy" : "started");
            }
        });
        if (last != null && sheet.known(entry.name()) == entry) {
            kept.put(last, "completed");
        }
        if (!kept.isEmpty()) {
            entry.put("depends_on", kept);
        }
    }

    /** Hooks before everything are oneshots, each after the one before; @return the last one's name. */
    private @Nullable String before(Table hooks) {
        String last = null;
        for (Tree one : list(hooks, "pre-start")) {
            Entry entry = hook(one, "pre-start");
            if (entry != null && last != null) {
                entry.put("depends_on", Map.of(last, "completed"));
            }
            last = entry == null || entry.get("enabled") != null ? last : entry.name();
        }
        return last;
    }

    private void after(Table hooks, Map<String, Entry> entries) {
        for (Tree one : list(hooks, "post-start")) {
            Entry entry = hook(one, "post-start");
            var needs = new LinkedHashMap<String, Object>();
            entries.values().stream()
                    .filter(e -> sheet.known(e.name()) == e && e.get("enabled") == null && e.get("manual") == null)
                    .forEach(e -> needs.put(e.name(), e.get("type") == null ? "started" : "completed"));
            if (entry != null && !needs.isEmpty()) {
                entry.put("depends_on", needs);
            }
        }
        Fields f = Fields.of(hooks, file, sheet.head(), "hooks.");
        f.take("pre-start");
        f.take("post-start");
        f.none("not carried over: hooks around a stop belong to a process here", "pre-stop", "post-stop");
        f.rest();
    }

    private List<Tree> list(Table hooks, String key) {
        Tree written = hooks.get(key);
        if (written instanceof Items i) {
            return i.items();
        }
        if (written != null && !(written instanceof Text t && t.none())) {
            sheet.head()
                    .left(
                            new Origin(file, written.line()),
                            Shown.of("hooks." + key, written) + ": is no list; not carried over");
        }
        return List.of();
    }

    private @Nullable Entry hook(Tree written, String kind) {
        if (!(written instanceof Table hook)) {
            sheet.head().left(new Origin(file, written.line()), Shown.of("hooks." + kind, written) + ": has no keys");
            return null;
        }
        var at = new Origin(file, hook.line());
        Text name = hook.text("name");
        Entry entry = sheet.process(name == null ? kind + "-" + hook.line() : name.value(), at);
        Fields f = Fields.of(hook, file, entry, "");
        f.take("name");
        List<String> command = CboxProcess.words(f.take("command"));
        boolean ignored = f.is("continue_on_error", false);
        Integer timeout = f.number("timeout", 1, 999_999_999);
        var argv = new ArrayList<String>();
        if (ignored) {
            argv.addAll(List.of("/bin/sh", "-c", "\"$@\" || true", "sh"));
            entry.remark(
                    f.at("continue_on_error"), "continue_on_error: the shell makes a failure a success", "command");
        }
        if (timeout != null) {
            argv.addAll(List.of("timeout", timeout + "s"));
            entry.remark(f.at("timeout"), "timeout: " + timeout + " s, by timeout(1)", "command");
        }
        argv.addAll(command);
        entry.put("type", "oneshot").put("command", References.values(argv));
        if (command.isEmpty()) {
            entry.put("command", List.of("false")).put("enabled", false);
            entry.left(at, "a hook without a command: not enabled");
        }
        Integer retries = f.nearest("retry", 0, Amounts.MOST_RESTARTS);
        if (retries != null && retries > 0) {
            entry.put("restart.policy", "on-failure")
                    .put("restart.limit", retries)
                    .put("restart.window", "1d");
            Integer delay = f.number("retry_delay", 1, 999_999_999);
            if (delay != null) {
                entry.put("restart.delay", Amounts.seconds(delay)).put("restart.max_delay", Amounts.seconds(delay));
            }
        } else {
            f.none("has no effect without retry", "retry", "retry_delay");
        }
        CboxProcess.surroundings(f, entry, file);
        f.rest();
        return entry;
    }
}
