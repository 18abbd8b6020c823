package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads option files in the order in which the server does; what comes later wins. */
final class OptionFiles {
    /** As the server: include files deeper than that are left out. */
    private static final int DEEPEST = 10;

    private static final int MOST_INCLUDES = 2_000;

    private final Notes notes;
    private final Set<String> groups;
    private final List<Setting> settings = new ArrayList<>();
    private int includes;
    private boolean aborted;

    private OptionFiles(Notes notes, Set<String> groups) {
        this.notes = notes;
        this.groups = groups;
    }

    /** @param groups those that the server reads */
    static List<Setting> read(Notes notes, List<String> files, Set<String> groups) {
        var reader = new OptionFiles(notes, groups);
        for (String file : files) {
            reader.file(file, 0);
        }
        return reader.settings;
    }

    private void file(String file, int depth) {
        List<String> lines = notes.lines(file);
        String group = null;
        for (int i = 0; i < lines.size() && !aborted; i++) {
            String line = lines.get(i).strip();
            var site = new Site(file, i + 1);
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("!")) {
                include(line, site, depth);
            } else if (line.startsWith("[")) {
                int end = line.indexOf(']');
                if (end < 0) {
                    abort(site, "is no group: ] is missing", line);
                    return;
                }
                group = line.substring(1, end).stripTrailing();
            } else if (group == null) {
                abort(site, "is an option before any group", line);
                return;
            } else if (groups.contains(group)) {
                option(line, group, site);
            }
        }
    }

    /** The server ends here, and so do we. */
    private void abort(Site site, String what, String line) {
        notes.broken(site, what + "; the server does not start", line);
        aborted = true;
    }

    private void include(String line, Site site, int depth) {
        String directory = argument(line, "!includedir");
        String file = argument(line, "!include");
        if (directory == null && file == null) {
            return; // the server skips it without a word
        }
        if (depth >= DEEPEST || ++includes > MOST_INCLUDES) {
            notes.broken(site, "is an include too deep: the server leaves it out", line);
            return;
        }
        if (directory == null) {
            included(String.valueOf(file), site, depth);
            return;
        }
        String trimmed = directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
        List<String> files = notes.glob(trimmed + "/*.cnf");
        if (files.isEmpty()
                && notes.glob(trimmed + "/*").isEmpty()
                && notes.glob(trimmed).isEmpty()) {
            notes.broken(site, "includes a directory that is not there; the server does not start", line);
        }
        files.forEach(f -> included(f, site, depth));
    }

    private void included(String file, Site site, int depth) {
        if (!notes.isFile(file)) {
            notes.broken(
                    site, "includes " + Notes.shown(file) + ", which is not there; the server skips it silently", "");
        } else if (!aborted) {
            file(file, depth + 1);
        }
    }

    private static @Nullable String argument(String line, String word) {
        boolean is = line.startsWith(word)
                && line.length() > word.length()
                && Character.isWhitespace(line.charAt(word.length()));
        return is ? line.substring(word.length()).strip() : null;
    }

    private void option(String line, String group, Site site) {
        String text = withoutComment(line).strip();
        int is = text.indexOf('=');
        if (is < 0) {
            settings.add(Setting.of(text, null, group, site));
            return;
        }
        String value = text.substring(is + 1).strip();
        boolean quoted = value.length() > 1
                && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                && value.charAt(value.length() - 1) == value.charAt(0);
        String bare = quoted ? value.substring(1, value.length() - 1) : value;
        settings.add(Setting.of(text.substring(0, is).strip(), unescaped(bare), group, site));
    }

    /** A # outside of quotes begins a comment. */
    private static String withoutComment(String line) {
        char quote = 0;
        boolean escaped = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if ((c == '\'' || c == '"') && !escaped) {
                quote = quote == 0 ? c : quote == c ? 0 : quote;
            }
            if (quote == 0 && c == '#') {
                return line.substring(0, i);
            }
            escaped = quote != 0 && c == '\\' && !escaped;
        }
        return line;
    }

    private static String unescaped(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        var text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\' || i + 1 == value.length()) {
                text.append(c);
                continue;
            }
            char next = value.charAt(++i);
            switch (next) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 's' -> text.append(' ');
                case '"', '\'', '\\' -> text.append(next);
                default -> text.append('\\').append(next);
            }
        }
        return text.toString();
    }
}
