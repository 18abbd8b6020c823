package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an app of pm2 runs: its script, by what pm2 would have it interpreted, with options and arguments. */
final class Pm2Command {
    private static final Map<String, String> INTERPRETERS = Map.ofEntries(
            Map.entry("js", "node"),
            Map.entry("mjs", "node"),
            Map.entry("cjs", "node"),
            Map.entry("json", "node"),
            Map.entry("ts", "ts-node"),
            Map.entry("tsx", "ts-node"),
            Map.entry("coffee", "coffee"),
            Map.entry("ls", "lsc"),
            Map.entry("py", "python3"),
            Map.entry("rb", "ruby"),
            Map.entry("php", "php"),
            Map.entry("pl", "perl"),
            Map.entry("sh", "bash"));

    private final Fields f;
    private final Entry entry;
    private final Surroundings around;

    Pm2Command(Fields f, Entry entry, Surroundings around) {
        this.f = f;
        this.entry = entry;
        this.around = around;
    }

    void turn(@Nullable Tree cwd) {
        var command = new ArrayList<Object>();
        Origin at = f.at("script");
        Tree written = f.take("script");
        Object script = written == null ? null : Pm2App.value(written);
        if (script == null) {
            entry.put("command", List.of("false")).put("enabled", false);
            entry.left(
                    at,
                    Shown.of("script", written == null ? new Text("", at.line(), 0, true) : written)
                            + ": is not run, so what it comes to is not known: not enabled");
            f.none(
                    "belongs to the script",
                    "interpreter",
                    "exec_interpreter",
                    "args",
                    "node_args",
                    "nodeArgs",
                    "interpreter_args",
                    "interpreterArgs");
            return;
        }
        String interpreter = f.first("interpreter", "exec_interpreter");
        List<Object> options = words("node_args", "nodeArgs", "interpreter_args", "interpreterArgs");
        List<Object> arguments = words("args");
        boolean line = script.toString().strip().contains(" ") && interpreter == null;
        if (line && script instanceof String s) {
            List<String> words = Words.of(s);
            if (words == null || s.matches(".*[|&;<>$`*?].*")) {
                entry.put("shell", true).put("command", s);
                if (!arguments.isEmpty()) {
                    entry.remark(at, "args are not carried over beside a line for the shell");
                }
                return;
            }
            command.addAll(words);
        } else {
            String extension = script.toString().replaceFirst("(?s).*/", "").replaceFirst("^[^.]*\\.?(.*\\.)?", "");
            String there = there(script, cwd);
            String usual = INTERPRETERS.getOrDefault(extension, "");
            if (usual.isEmpty()) {
                usual = there.isEmpty() || binary(there) ? "none" : "node";
            }
            String runs = interpreter == null || interpreter.isEmpty() ? usual : interpreter;
            if (runs.startsWith("node@")) {
                entry.remark(
                        at,
                        "interpreter: " + Shown.line(runs) + ": pm2 asked nvm for it; node of PATH runs here",
                        "command");
                runs = "node";
            }
            if (!runs.equals("none")) {
                command.add(runs);
                command.addAll(options);
            } else if (!options.isEmpty()) {
                entry.remark(at, "node_args have no effect: the script is executed itself");
            }
            boolean own = runs.equals("none")
                    && !there.isEmpty()
                    && !script.toString().contains("/");
            command.add(own ? "./" + script : script);
        }
        command.addAll(arguments);
        entry.put("command", command);
    }

    /** Where the script lies; empty: nowhere here, so it may be a program of PATH. */
    private String there(Object script, @Nullable Tree cwd) {
        if (!(script instanceof String path) || around.directory().isEmpty() || cwd instanceof Code) {
            return "";
        }
        String from = cwd instanceof Text t && !t.none() ? t.value() + "/" : "";
        String whole = around.beside(path.startsWith("/") ? path : from + path);
        return around.isFile(whole) ? whole : "";
    }

    /** As pm2 tells what node is to run from what runs itself. */
    private boolean binary(String file) {
        try {
            return around.read(file).indexOf('\0') >= 0;
        } catch (IOException noTextOrTooLarge) {
            return true;
        }
    }

    private List<Object> words(String... names) {
        for (String key : names) {
            if (!f.has(key)) {
                continue;
            }
            Tree value = f.take(key);
            var words = new ArrayList<Object>();
            List<Tree> all = value instanceof Items i ? i.items() : value == null ? List.of() : List.of(value);
            for (Tree one : all) {
                Object known = Pm2App.value(one);
                List<String> split = one instanceof Text t && !(value instanceof Items) ? Words.of(t.value()) : null;
                if (known == null) {
                    entry.left(
                            f.at(key), Shown.of(key, one) + ": is not run, so what it comes to is not known; left out");
                } else if (split != null) {
                    words.addAll(split);
                } else {
                    words.add(known);
                }
            }
            return words;
        }
        return List.of();
    }
}
