package dev.holdfast.audit.php;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The php.ini of an FPM and the files of its scan directory, in the order in which php reads them (main/php_ini.c): the
 * last line of a name counts.
 *
 * @param opcache whether opcache is loaded
 */
record PhpIni(Map<String, Setting> settings, boolean opcache, List<FpmFiles.Trouble> broken, List<String> looked) {
    /** Where builds look: the main file of php-fpm, php.ini, the scan directory. */
    private record Place(String fpm, List<String> inis, String scan) {}

    private static final List<Place> PLACES = List.of(
            new Place("/usr/local/etc/php-fpm.conf", local("/usr/local/etc/php"), "/usr/local/etc/php/conf.d/*.ini"),
            new Place("/etc/php-fpm.conf", List.of("/etc/php-fpm-fcgi.ini", "/etc/php.ini"), "/etc/php.d/*.ini"));

    private static List<String> local(String dir) {
        return List.of(dir + "/php-fpm-fcgi.ini", dir + "/php.ini");
    }

    /** @param fpm php-fpm's main file, beside which Debian's is */
    static PhpIni read(Grounds host, String fpm) {
        Place place = PLACES.stream().filter(p -> p.fpm.equals(fpm)).findFirst().orElseGet(() -> {
            String dir = fpm.substring(0, Math.max(0, fpm.lastIndexOf('/')));
            return new Place(fpm, local(dir), dir + "/conf.d/*.ini");
        });
        var ini = new PhpIni(new LinkedHashMap<>(), false, new ArrayList<>(), new ArrayList<>());
        boolean[] opcache = {false};
        Consumer<Setting> seen =
                s -> opcache[0] |= s.key().equals("zend_extension") && s.value().contains("opcache");
        Stream.concat(place.inis.stream().filter(host::isFile).limit(1), host.glob(place.scan).stream())
                .forEach(f -> ini.file(host, f, seen));
        return new PhpIni(ini.settings, opcache[0], ini.broken, ini.looked);
    }

    private void file(Grounds host, String file, Consumer<Setting> seen) {
        List<String> lines;
        try {
            lines = host.lines(file);
        } catch (IOException e) {
            broken.add(new FpmFiles.Trouble(new Site(file, 0), "cannot be read: " + e.getMessage(), ""));
            return;
        }
        looked.add(file);
        boolean special = false;
        for (int i = 0; i < lines.size(); i++) {
            String raw = lines.get(i).length() > Notes.LONGEST_LINE ? "" : lines.get(i);
            switch (IniLine.of(raw)) {
                case IniLine.Section(String name) -> // of one directory or host only
                    special = name.startsWith("PATH=") || name.startsWith("HOST=");
                case IniLine.Entry(String key, String value) -> {
                    var s = new Setting(key, value, new Site(file, i + 1), lines.get(i));
                    seen.accept(s);
                    if (!special) {
                        settings.put(key, s);
                    }
                }
                case IniLine.Nothing _ -> {}
                case IniLine.Broken(String why) -> {
                    if (why.contains("quote") || why.contains("section")) { // anything else php takes for a name
                        broken.add(new FpmFiles.Trouble(new Site(file, i + 1), why, lines.get(i)));
                    }
                }
            }
        }
    }

    /**
     * What counts in a pool: php_admin_value, php_value, php.ini.
     *
     * @return null: nowhere set, php's own default counts
     */
    @Nullable
    Setting effective(Pool pool, String name) {
        for (String how : List.of("php_admin_value", "php_admin_flag", "php_value", "php_flag")) {
            Setting s = pool.get(how + "[" + name + "]");
            if (s != null) {
                return s;
            }
        }
        return settings.get(name);
    }
}
