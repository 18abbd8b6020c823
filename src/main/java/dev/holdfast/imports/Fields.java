package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keys of the source, each taken once; what nobody took is told, so that nothing is dropped in silence. */
final class Fields {
    private final Map<String, Tree> untaken;
    private final Function<String, Origin> origins;
    private final Entry told;
    private final String prefix;
    private final Set<String> usual = new LinkedHashSet<>();

    /**
     * @param told whose remarks tell of them
     * @param prefix before each key in a remark, such as {@code deploy.}
     */
    Fields(Map<String, Tree> keys, Function<String, Origin> origins, Entry told, String prefix) {
        this.untaken = new LinkedHashMap<>(keys);
        this.origins = origins;
        this.told = told;
        this.prefix = prefix;
    }

    static Fields of(Tree.Table table, String file, Entry told, String prefix) {
        return new Fields(
                table.values(),
                key -> {
                    Tree.Text k = table.keys().get(key);
                    return new Origin(file, k == null ? table.line() : k.line());
                },
                told,
                prefix);
    }

    boolean has(String key) {
        return untaken.containsKey(key);
    }

    Origin at(String key) {
        return origins.apply(key);
    }

    Set<String> names() {
        return new LinkedHashSet<>(untaken.keySet());
    }

    /** What the first of them says that is there; null: none is, or it says nothing. */
    @Nullable
    Tree take(String... names) {
        for (String key : names) {
            if (untaken.containsKey(key)) {
                Tree value = untaken.remove(key);
                return value instanceof Tree.Text t && t.none() ? null : value;
            }
        }
        return null;
    }

    /** The same of a text; told, and null, when it is none. */
    @Nullable
    String text(String key) {
        Tree value = take(key);
        if (value == null || value instanceof Tree.Text) {
            return value == null ? null : ((Tree.Text) value).value();
        }
        untold(key, value, value instanceof Tree.Code ? "is not run, so what it comes to is not known" : "is no text");
        return null;
    }

    /** The same of the first of them that is there. */
    @Nullable
    String first(String... names) {
        for (String key : names) {
            if (has(key)) {
                return text(key);
            }
        }
        return null;
    }

    /** The same of a whole number of at most nine digits. */
    @Nullable
    Integer number(String key) {
        String text = text(key);
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!text.matches("-?\\d{1,9}")) {
            remark(key, text, "is no number; not carried over");
            return null;
        }
        return Integer.valueOf(text);
    }

    /** The same of a number within bounds; told, and null, when it is not. */
    @Nullable
    Integer number(String key, int least, int most) {
        Integer number = number(key);
        if (number != null && (number < least || number > most)) {
            remark(key, number.toString(), "is not from " + least + " to " + most + "; not carried over");
            return null;
        }
        return number;
    }

    /** The same of a number for which the nearest within bounds stands; told when it is not within. */
    @Nullable
    Integer nearest(String key, int least, int most) {
        Integer number = number(key);
        if (number == null || (number >= least && number <= most)) {
            return number;
        }
        int nearest = Math.clamp(number, least, most);
        remark(key, number.toString(), "from " + least + " to " + most + " here: " + nearest + " in its place");
        return nearest;
    }

    /** The same of a truth value as YAML, JSON and supervisord write it; what is none is told and not heeded. */
    boolean is(String key, boolean preset) {
        String text = text(key);
        if (text == null) {
            return preset;
        }
        boolean yes = List.of("true", "yes", "on", "1", "y").contains(text.toLowerCase(Locale.ROOT));
        if (!yes && !List.of("false", "no", "off", "0", "n", "").contains(text.toLowerCase(Locale.ROOT))) {
            remark(key, text, "is neither true nor false; not carried over");
            return preset;
        }
        return yes;
    }

    /** Keys within a key; null: it is not there. */
    @Nullable
    Fields within(String key, String file) {
        Tree value = take(key);
        if (value instanceof Tree.Table t) {
            return of(t, file, told, prefix + key + ".");
        }
        if (value != null) {
            untold(key, value, "has no keys; not carried over");
        }
        return null;
    }

    /** Takes keys which cannot be carried over, and tells why, where they are there. */
    void none(String why, String... names) {
        for (String key : names) {
            Tree value = untaken.remove(key);
            if (value != null) {
                untold(key, value, why);
            }
        }
    }

    void untold(String key, Tree value, String why) {
        told.remark(at(key), Shown.of(prefix + key, value) + ": " + why);
    }

    void remark(String key, String value, String why) {
        told.remark(at(key), Shown.line(prefix + key + ": " + (Sheet.secret(key) ? "" : value)) + ": " + why);
    }

    /** Takes keys that say what always is so here. */
    void always(String... names) {
        for (String key : names) {
            if (untaken.remove(key) != null) {
                usual.add(prefix + key);
            }
        }
    }

    /** Tells of all that was not taken. */
    void rest() {
        untaken.forEach((key, value) -> untold(key, value, "not carried over"));
        untaken.clear();
        if (!usual.isEmpty()) {
            told.remark(origins.apply(""), "always so here: " + String.join(", ", usual));
            usual.clear();
        }
    }
}
