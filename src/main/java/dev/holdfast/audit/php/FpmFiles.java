package dev.holdfast.audit.php;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A php-fpm.conf with what it includes, in the order in which php-fpm reads it (sapi/fpm/fpm/fpm_conf.c): includes where
 * they stand, what they match sorted; the section in which an included file ends goes on after it; a section that comes
 * again is gone on with, and of a key that comes again the last one counts.
 *
 * @param name of the main file
 * @param global by key
 * @param pools by name
 * @param broken for what php-fpm refuses to start
 * @param empty includes that match nothing
 * @param unknown includes that are relative to where php was installed, which is not known
 * @param overridden settings of which a later one has another value, and that one
 * @param looked all files
 */
record FpmFiles(
        String name,
        Map<String, Setting> global,
        Map<String, Pool> pools,
        List<Trouble> broken,
        List<Setting> empty,
        List<Setting> unknown,
        List<Overridden> overridden,
        List<String> looked) {
    private static final int DEEPEST = 5;
    private static final int MOST_POOLS = 10_000;
    private static final int MOST_FILES = 10_000;

    /** @param raw the line; empty: it is of no use */
    record Trouble(Site site, String why, String raw) {
        Trouble {
            why = Notes.shown(why);
            raw = Notes.shown(raw.strip());
        }
    }

    record Overridden(String pool, Setting loses, Setting wins) {}

    static FpmFiles read(Grounds host, String file) {
        var reader = new Reader(host, prefix(file));
        reader.file(file, 1, null);
        return new FpmFiles(
                file,
                reader.global,
                reader.pools,
                reader.broken,
                reader.empty,
                reader.unknown,
                reader.overridden,
                reader.looked);
    }

    /** Where PHP was installed: distributions' is below /usr, that of its own images below /usr/local. Empty: unknown. */
    private static String prefix(String file) {
        return file.startsWith("/usr/local/") ? "/usr/local/" : file.startsWith("/etc/") ? "/usr/" : "";
    }

    private static final class Reader {
        final Grounds host;
        final Map<String, Setting> global = new LinkedHashMap<>();
        final Map<String, Pool> pools = new LinkedHashMap<>();
        final List<Trouble> broken = new ArrayList<>();
        final List<Setting> empty = new ArrayList<>();
        final List<Setting> unknown = new ArrayList<>();
        final String prefix;
        final List<Overridden> overridden = new ArrayList<>();
        final List<String> looked = new ArrayList<>();

        @Nullable
        Pool pool;

        Reader(Grounds host, String prefix) {
            this.prefix = prefix;
            this.host = host;
        }

        /** @param by what includes it */
        void file(String file, int depth, @Nullable Setting by) {
            if (depth > DEEPEST) {
                broken.add(new Trouble(
                        by == null ? new Site(file, 0) : by.site(),
                        "php-fpm follows includes " + DEEPEST + " deep, and no further: do they include one another?",
                        by == null ? "" : by.raw()));
                return;
            }
            List<String> lines;
            try {
                lines = host.lines(file);
            } catch (IOException e) {
                broken.add(new Trouble(
                        by == null ? new Site(file, 0) : by.site(),
                        file + " cannot be read: " + e.getMessage(),
                        by == null ? "" : by.raw()));
                return;
            }
            looked.add(file);
            for (int i = 0; i < lines.size(); i++) {
                line(new Site(file, i + 1), lines.get(i), depth);
                if (looked.size() > MOST_FILES) {
                    return;
                }
            }
        }

        private void line(Site site, String raw, int depth) {
            if (raw.length() > Notes.LONGEST_LINE) {
                broken.add(new Trouble(site, "a line of " + raw.length() + " characters, which is not read", ""));
                return;
            }
            switch (IniLine.of(raw)) {
                case IniLine.Nothing() -> {}
                case IniLine.Broken(String why) -> broken.add(new Trouble(site, why, raw));
                case IniLine.Section(String name) -> section(site, name, raw);
                case IniLine.Entry(String key, String value) -> entry(new Setting(key, value, site, raw), depth);
            }
        }

        private void section(Site site, String name, String raw) {
            if (name.equalsIgnoreCase("global")) {
                pool = null;
                return;
            }
            Pool found = null;
            for (Pool p : pools.values()) {
                found = p.name().equalsIgnoreCase(name) ? p : found;
            }
            if (found == null && pools.size() < MOST_POOLS) {
                found = new Pool(name, site, raw, new LinkedHashMap<>());
                pools.put(name, found);
            }
            pool = found;
        }

        private void entry(Setting written, int depth) {
            Pool here = pool;
            String value = here == null ? written.value() : written.value().replace("$pool", here.name());
            var s = new Setting(Setting.lower(written.key()), value, written.site(), written.raw());
            if (s.key().equals("include")) {
                include(s, depth);
                return;
            }
            Set<String> known = here == null ? Keys.GLOBAL : Keys.POOL;
            String plain = s.inBrackets().isEmpty()
                    ? s.key()
                    : s.key().substring(0, s.key().indexOf('['));
            if (!known.contains(plain)) {
                broken.add(new Trouble(
                        s.site(),
                        "php-fpm knows no " + plain + (here == null ? " in [global]" : " in a pool")
                                + ((here == null ? Keys.POOL : Keys.GLOBAL).contains(plain)
                                        ? here == null ? ": it belongs to a pool" : ": it belongs to [global]"
                                        : ""),
                        s.raw()));
                return;
            }
            Keys.Kind kind = Keys.kind(plain);
            if (!kind.takes(s.value())) {
                broken.add(new Trouble(
                        s.site(), "\"" + Notes.shown(s.key(), s.value()) + "\" is no " + kind.words(), s.raw()));
                return;
            }
            Setting before = (here == null ? global : here.settings()).put(s.key(), s);
            if (before != null && !before.value().equals(s.value())) {
                overridden.add(new Overridden(here == null ? "" : here.name(), before, s));
            }
        }

        private void include(Setting s, int depth) {
            if (!s.value().startsWith("/") && prefix.isEmpty()) {
                unknown.add(s);
                return;
            }
            String pattern = s.value().startsWith("/") ? s.value() : prefix + s.value();
            List<String> files = host.glob(pattern);
            if (files.isEmpty()) {
                empty.add(s);
            }
            files.forEach(f -> file(f, depth + 1, s));
        }
    }
}
