package dev.holdfast.source;

import dev.holdfast.source.Tree.Code;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Table;
import dev.holdfast.source.Tree.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a module of JavaScript exports, read and not run: JSON, or an object literal with comments, both quotes, trailing
 * commas, templates. Constants with a plain value above it are known; any other expression is {@link Code}.
 */
public final class JsLiteral {
    private static final int DEEPEST = 64;

    private final JsText js;
    private final JsExpressions expressions;
    private final Map<String, Tree> names = new HashMap<>();
    private final BiConsumer<Integer, String> unread;

    private JsLiteral(String file, String text, String directory, BiConsumer<Integer, String> unread) {
        this.js = new JsText(file, text);
        this.expressions = new JsExpressions(names, directory);
        this.unread = unread;
    }

    /**
     * The exported value.
     *
     * @param directory what {@code __dirname} is; empty: not known
     * @param unread told of statements that are not understood: line and text
     * @throws Broken when nothing is exported, or a literal does not end
     */
    public static Tree read(String file, String text, String directory, BiConsumer<Integer, String> unread)
            throws Broken {
        var reading = new JsLiteral(file, text, directory, unread);
        Tree exported = reading.module();
        if (exported instanceof Code c) {
            throw new Broken(
                    new Origin(file, c.line()),
                    c.column() + 1,
                    "what is exported is no literal, and nothing is" + " run here: node -p 'JSON.stringify(require(\"./"
                            + base(file) + "\"))' gives JSON");
        }
        return exported;
    }

    private static String base(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }

    private Tree module() throws Broken {
        js.blank();
        if (js.is('{') || js.is('[')) {
            Tree whole = value(0, true);
            js.skip("\\s*;");
            js.blank();
            if (!js.over()) {
                throw js.broken("nothing is expected behind it");
            }
            return whole;
        }
        Tree exported = null;
        while (!js.over()) {
            int start = js.at();
            if (js.skip(
                    "module\\.exports\\s*=(?!=)|exports\\.default\\s*=(?!=)|export\\s+default\\b|export\\s*=(?!=)")) {
                js.blank();
                exported = value(0, true);
                js.skip("\\s*;");
                js.blank();
                continue;
            }
            if (exported != null && !behind(start)) {
                return exported;
            }
            if (exported == null) {
                above(start);
            }
            js.skip("\\s*;");
            js.blank();
        }
        if (exported == null) {
            throw js.broken("nothing is exported: module.exports = { apps: [...] } is expected");
        }
        return exported;
    }

    /** A statement behind the export: told; false: it is not understood, and what follows neither. */
    private boolean behind(int start) {
        try {
            js.statement();
        } catch (Broken notUnderstood) {
            js.back(start);
            js.end();
        }
        String text = js.since(start).strip();
        if (text.matches("(?s).*\\w.*")) {
            unread.accept(js.line(start), text);
        }
        return !js.over();
    }

    /** A constant, or a statement that is told. */
    private void above(int start) throws Broken {
        String name =
                js.matched("(?:export\\s+)?(?:const|let|var)\\s+([A-Za-z_$][\\w$]*)(?:\\s*:[^=;\\n]*)?\\s*=(?!=)");
        if (name != null) {
            js.blank();
            Tree value = value(0, true);
            names.put(name, value);
            if (value instanceof Code c) {
                unread.accept(c.line(), c.text());
            }
        } else if (!js.skip("['\"]use strict['\"]")) {
            js.statement();
            String text = js.since(start);
            if (text.matches("(?s).*\\w.*")) {
                unread.accept(js.line(start), text.strip());
            }
        }
    }

    /** @param statement whether a line's end may end it */
    private Tree value(int depth, boolean statement) throws Broken {
        if (depth > DEEPEST) {
            throw js.broken("nested more than " + DEEPEST + " deep");
        }
        int start = js.at();
        Tree literal = literal(depth);
        if (literal != null && js.ended(statement)) {
            return literal;
        }
        js.back(start);
        String code = js.expression(statement);
        if (code.isEmpty()) {
            throw js.broken("a value is expected");
        }
        return expressions.value(code, js.line(start), js.column(start));
    }

    private @Nullable Tree literal(int depth) throws Broken {
        int start = js.at();
        int line = js.line(start);
        int column = js.column(start);
        if (js.is('{')) {
            return table(depth);
        }
        if (js.is('[')) {
            return items(depth);
        }
        if (js.is('"') || js.is('\'') || js.is('`')) {
            boolean template = js.is('`');
            String text = js.string();
            return template && text.contains("${")
                    ? expressions.template(text, line, column)
                    : new Text(text, line, column, false);
        }
        String word = js.matched(
                "(-?(?:0[xX][0-9a-fA-F]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)|true|false|null|undefined)(?![\\w$.(])");
        return word == null ? null : new Text(JsExpressions.number(word), line, column, true);
    }

    private Items items(int depth) throws Broken {
        int line = js.line(js.at());
        var items = new ArrayList<Tree>();
        js.next();
        for (js.blank(); !js.is(']'); js.blank()) {
            js.inside("]");
            items.add(value(depth + 1, false));
            js.comma("]");
        }
        js.next();
        return new Items(items, line);
    }

    private Table table(int depth) throws Broken {
        int line = js.line(js.at());
        var values = new LinkedHashMap<String, Tree>();
        var keys = new LinkedHashMap<String, Text>();
        js.next();
        for (js.blank(); !js.is('}'); js.blank()) {
            js.inside("}");
            member(depth, values, keys);
            js.comma("}");
        }
        js.next();
        return new Table(values, keys, line);
    }

    private void member(int depth, Map<String, Tree> values, Map<String, Text> keys) throws Broken {
        int start = js.at();
        if (js.skip("\\.\\.\\.")) {
            spread(start, values, keys);
            return;
        }
        String key = js.is('"') || js.is('\'') ? js.string() : js.matched("([A-Za-z_$][\\w$]*|\\d+)");
        js.blank();
        var place = new Text(key == null ? "" : key, js.line(start), js.column(start), true);
        Tree value;
        if (key != null && js.is(':')) {
            js.next();
            js.blank();
            value = value(depth + 1, false);
        } else if (key != null && (js.is(',') || js.is('}'))) {
            value = expressions.value(key, place.line(), place.column());
        } else {
            js.back(start);
            String code = js.expression(false);
            if (code.isEmpty()) {
                throw js.broken("a key is expected");
            }
            key = key == null ? code : key;
            value = new Code(code, place.line(), place.column());
        }
        values.put(key, value);
        keys.put(key, place);
    }

    private void spread(int start, Map<String, Tree> values, Map<String, Text> keys) throws Broken {
        String code = js.expression(false);
        Tree of = expressions.value(code, js.line(start), js.column(start));
        if (of instanceof Table t) {
            values.putAll(t.values());
            keys.putAll(t.keys());
        } else {
            values.put("..." + code, new Code(code, js.line(start), js.column(start)));
            keys.put("..." + code, new Text("..." + code, js.line(start), js.column(start), true));
        }
    }
}
