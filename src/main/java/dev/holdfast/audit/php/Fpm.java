package dev.holdfast.audit.php;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Grounds.Running;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One php-fpm: its configuration and those of its children that run now.
 *
 * @param check its own checker; empty: its binary is not here
 */
record Fpm(FpmFiles files, PhpIni ini, List<Running> running, List<String> check) {
    /** main/main.c: what counts where nothing is set. */
    static final long DEFAULT_LIMIT = 128L << 20;

    static final String CHILD = "php-fpm: pool ";
    private static final String MASTER = "php-fpm: master process (";
    private static final List<String> USUAL =
            List.of("/etc/php/*/fpm/php-fpm.conf", "/usr/local/etc/php-fpm.conf", "/etc/php-fpm.conf");

    static Fpm read(Grounds host, String file) {
        return new Fpm(
                FpmFiles.read(host, file), PhpIni.read(host, file), children(host.running(), file), check(host, file));
    }

    /** Main files: the one that was told, or all that usually are and those that masters run with. */
    static Set<String> configurations(Grounds host) {
        String told = host.told().get("php_fpm.config");
        if (told != null) {
            return Set.of(told);
        }
        var files = new LinkedHashSet<String>();
        USUAL.forEach(pattern -> files.addAll(host.glob(pattern)));
        host.running().forEach(r -> {
            String file = master(r);
            if (file != null && host.isFile(file)) {
                files.add(file);
            }
        });
        return files;
    }

    static boolean is(Running process) {
        return process.name().startsWith("php-fpm") || title(process).startsWith("php-fpm: ");
    }

    private static String title(Running process) {
        return process.command().isEmpty() ? "" : process.command().getFirst();
    }

    /** The main file that it runs with; null: it is no master. */
    private static @Nullable String master(Running process) {
        String title = title(process);
        int end = title.lastIndexOf(')');
        return title.startsWith(MASTER) && end > 0 ? title.substring(MASTER.length(), end) : null;
    }

    private static List<Running> children(List<Running> all, String file) {
        var children = new ArrayList<Running>();
        for (Running child : all) {
            if (!title(child).startsWith(CHILD)) {
                continue;
            }
            String of = all.stream()
                    .filter(r -> r.pid() == child.parent())
                    .findFirst()
                    .map(Fpm::master)
                    .orElse(null);
            if (of == null || of.equals(file)) {
                children.add(child);
            }
        }
        return children;
    }

    private static List<String> check(Grounds host, String file) {
        String version = file.startsWith("/etc/php/") ? file.split("/", -1)[3] : "";
        var candidates = new ArrayList<>(List.of("/usr/sbin/php-fpm" + version, "/usr/local/sbin/php-fpm" + version));
        candidates.addAll(host.glob("/usr/sbin/php-fpm*").reversed());
        return candidates.stream()
                .filter(host::isFile)
                .findFirst()
                .map(binary -> List.of(binary, "-t", "-y", file))
                .orElse(List.of());
    }

    /** Which measured bytes its children have; those that cannot be read are left out. */
    List<Long> measured(Pool pool) {
        return running.stream()
                .filter(r -> title(r).substring(CHILD.length()).strip().equals(pool.name()))
                .map(Running::pss)
                .filter(pss -> pss >= 0)
                .toList();
    }

    /** Children that it can have at once: process.max bounds those of all pools. */
    int children(Pool pool) {
        int most = processMax();
        return most > 0 ? Math.min(most, pool.children()) : pool.children();
    }

    /** 0: not bounded. */
    int processMax() {
        Setting most = files.global().get("process.max");
        return most == null ? 0 : (int) Quantity.whole(most.value()).orElse(0);
    }

    /** The line that gives a pool its memory_limit; null: none does. */
    @Nullable
    Setting limitSetting(Pool pool) {
        return ini.effective(pool, "memory_limit");
    }

    /** What bounds its memory by a number that the environment has; null: nothing does. */
    @Nullable
    Setting later(Pool pool) {
        Setting limit = limitSetting(pool);
        Setting children = pool.get("pm.max_children");
        return limit != null && limit.value().contains("${")
                ? limit
                : children != null && children.value().contains("${") ? children : null;
    }

    /** Bytes of one request; {@link Long#MAX_VALUE}: unlimited. */
    long limit(Pool pool) {
        Setting s = limitSetting(pool);
        long bytes = s == null ? DEFAULT_LIMIT : Quantity.bytes(s.value());
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }

    /** Of a number that php.ini may have, too. */
    long number(Pool pool, String name, long otherwise) {
        Setting s = ini.effective(pool, name);
        return s == null ? otherwise : Quantity.bytes(s.value());
    }

    /** As evidence. */
    String limitEvidence(Pool pool) {
        Setting s = limitSetting(pool);
        return s == null ? "memory_limit is set nowhere: php's default of 128M counts" : s.evidence();
    }

    Fix fix(String what, List<Edit> edits) {
        return new Fix(what, edits, edits.isEmpty() ? List.of() : check);
    }

    /** Whether this php.ini is one of the command line, too, whose jobs need more than a request. */
    boolean shared(Setting s) {
        String file = s.site().file();
        String dir = files.name().substring(0, Math.max(0, files.name().lastIndexOf('/')));
        boolean own = file.endsWith("/php-fpm-fcgi.ini") || (dir.endsWith("/fpm") && file.equals(dir + "/php.ini"));
        return s.inBrackets().isEmpty() && !own;
    }

    /** Lowers what a child of this pool may take, where it is set, or in the pool when others have it from there, too. */
    Edit limit(Pool pool, Setting s, long bytes) {
        String written = Quantity.written(bytes);
        return shared(s) ? first(pool, List.of("php_admin_value[memory_limit] = " + written)) : set(s, written);
    }

    /** Pools that a change of that line changes. */
    List<Pool> of(Pool pool, @Nullable Setting s) {
        return s == null || shared(s)
                ? List.of(pool)
                : files.pools().values().stream()
                        .filter(p -> s.equals(limitSetting(p)))
                        .toList();
    }

    static Edit set(Setting s, String value) {
        return new Edit(s.site().file(), s.site().line(), List.of(s.raw()), List.of(s.with(value)));
    }

    static Edit after(Setting s, String line) {
        return new Edit(s.site().file(), s.site().line() + 1, List.of(), List.of(line));
    }

    static Edit first(Pool pool, List<String> lines) {
        return new Edit(pool.site().file(), pool.site().line() + 1, List.of(), lines);
    }
}
