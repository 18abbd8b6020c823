package dev.holdfast.audit.redis;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A configuration and what it includes, in the order in which Redis reads it; what comes later wins. */
final class Directives {
    private static final int MOST_INCLUDES = 500;

    private final Notes notes;
    private final List<Directive> all = new ArrayList<>();
    private final Set<String> included = new TreeSet<>();
    private int includes;

    /** @param name in lower case */
    record Directive(String name, List<String> arguments, Site site) {
        Directive {
            arguments = List.copyOf(arguments);
        }

        String value() {
            return String.join(" ", arguments);
        }
    }

    private Directives(Notes notes) {
        this.notes = notes;
    }

    static Directives read(Notes notes, String file) {
        var directives = new Directives(notes);
        directives.file(file, 0);
        return directives;
    }

    /** Files that others have included. */
    Set<String> included() {
        return included;
    }

    List<Directive> all() {
        return all;
    }

    @Nullable
    Directive last(String name) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).name().equals(name)) {
                return all.get(i);
            }
        }
        return null;
    }

    String value(String name, String preset) {
        Directive last = last(name);
        return last == null ? preset : last.value();
    }

    private void file(String file, int depth) {
        List<String> lines = notes.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            var site = new Site(file, i + 1);
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> words = words(line);
            if (words == null || words.isEmpty()) {
                notes.broken(site, "has quotes that are not closed; Redis does not start", line);
                continue;
            }
            String name = words.getFirst().toLowerCase(Locale.ROOT);
            if (name.equals("include") && words.size() == 2) {
                include(words.get(1), site, depth);
            } else {
                all.add(new Directive(name, words.subList(1, words.size()), site));
            }
        }
    }

    private void include(String path, Site site, int depth) {
        boolean pattern = path.contains("*") || path.contains("?") || path.contains("[");
        List<String> files = pattern ? notes.glob(path) : List.of(path);
        for (String file : files) {
            if (depth >= 16 || ++includes > MOST_INCLUDES) {
                notes.broken(site, "includes without end", path);
                return;
            }
            if (!pattern && !notes.isFile(file)) {
                notes.broken(site, "includes " + Notes.shown(file) + ", which is not there; Redis does not start", "");
            } else {
                included.add(file);
                file(file, depth + 1);
            }
        }
    }

    /** As sdssplitargs; null: a quote is not closed, or something follows it. */
    private static @Nullable List<String> words(String line) {
        var words = new ArrayList<String>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            var word = new StringBuilder();
            char quote = 0;
            for (; at < line.length(); at++) {
                char c = line.charAt(at);
                if (quote == 0 && Character.isWhitespace(c)) {
                    break;
                }
                if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                } else if (quote != 0 && c == quote) {
                    quote = 0;
                    if (at + 1 < line.length() && !Character.isWhitespace(line.charAt(at + 1))) {
                        return null;
                    }
                } else if (quote != 0 && c == '\\' && at + 1 < line.length()) {
                    word.append(line.charAt(++at));
                } else {
                    word.append(c);
                }
            }
            if (quote != 0) {
                return null;
            }
            words.add(word.toString());
        }
        return words;
    }

    /** {@code 1k} = 1000, {@code 1kb} = 1024, and so on; -1: it is none. */
    static long bytes(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 18) {
            return -1;
        }
        long number = Long.parseLong(text.substring(0, digits));
        long unit = switch (text.substring(digits).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1;
            case "k" -> 1_000;
            case "kb" -> 1L << 10;
            case "m" -> 1_000_000;
            case "mb" -> 1L << 20;
            case "g" -> 1_000_000_000;
            case "gb" -> 1L << 30;
            default -> -1;
        };
        return unit < 0 ? -1 : Notes.times(number, unit);
    }
}
