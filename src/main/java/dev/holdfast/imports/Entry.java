package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the configuration as it is gathered: keys, and remarks that stand beside them. Values are texts, in which
 * dollars are dollars, {@link Expanded}, numbers, truth values, lists and maps of such. Confined to one thread.
 */
public final class Entry {
    private final Sheet sheet;
    private final String name;
    private final Map<String, Object> keys = new LinkedHashMap<>();
    private final Map<String, List<Remark>> remarks = new TreeMap<>();

    Entry(Sheet sheet, String name) {
        this.sheet = sheet;
        this.name = name;
    }

    /** As the configuration calls it. */
    public String name() {
        return name;
    }

    /** @param path such as {@code stop.timeout} */
    public Entry put(String path, Object value) {
        put(keys, path, value);
        return this;
    }

    @SuppressWarnings("unchecked") // only this puts maps in below a path
    private static void put(Map<String, Object> tree, String path, Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            tree.put(path, value);
        } else {
            put(
                    (Map<String, Object>)
                            tree.computeIfAbsent(path.substring(0, dot), k -> new LinkedHashMap<String, Object>()),
                    path.substring(dot + 1),
                    value);
        }
    }

    /** Adds variables to {@code env}; later ones win. */
    public Entry variables(Map<String, ?> more) {
        more.forEach(this::variable);
        return this;
    }

    @SuppressWarnings("unchecked") // as above
    void variable(String variable, Object value) {
        ((Map<String, Object>) keys.computeIfAbsent("env", k -> new TreeMap<String, Object>())).put(variable, value);
    }

    @Nullable
    Object get(String path) {
        Object at = keys;
        for (String step : path.split("\\.", -1)) {
            at = at instanceof Map<?, ?> m ? m.get(step) : null;
        }
        return at;
    }

    /** The variable as it is set here; null: it is not. */
    @Nullable
    Object variable(String variable) {
        return get("env") instanceof Map<?, ?> env ? env.get(variable) : null;
    }

    /** A remark on the whole entry. */
    public void remark(Origin at, String text) {
        add("", new Remark(at, false, text));
    }

    /** A remark right above a key of the first level, when that is written. */
    void remark(Origin at, String text, String key) {
        add(key, new Remark(at, false, text));
    }

    /** Something does not run because of it. */
    public void left(Origin at, String text) {
        add("", new Remark(at, true, text));
    }

    private void add(String key, Remark remark) {
        var all = remarks.computeIfAbsent(key, k -> new ArrayList<>());
        if (!all.contains(remark)) {
            all.add(remark);
            sheet.told(remark);
        }
    }

    Map<String, Object> keys() {
        return keys;
    }

    /** Those of a key; of keys that are not written too, for the whole entry (the empty key). */
    List<Remark> remarks(String key) {
        var all = new ArrayList<>(remarks.getOrDefault(key, List.of()));
        if (key.isEmpty()) {
            remarks.forEach((k, r) -> {
                if (!k.isEmpty() && !keys.containsKey(k)) {
                    all.addAll(r);
                }
            });
        }
        return all;
    }
}
