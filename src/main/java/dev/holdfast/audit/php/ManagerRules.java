package dev.holdfast.audit.php;

import dev.holdfast.audit.Edit;
import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What php-fpm's process manager refuses to start with (fpm_conf_process_all_pools), and what children become old for. */
final class ManagerRules {
    private static final String WHY = "php-fpm does not start with that: it runs on with what it had, until the next"
            + " restart takes every site of this host down.";

    private final Fpm fpm;
    private final Pool pool;
    private final List<Finding> found = new ArrayList<>();

    private ManagerRules(Fpm fpm, Pool pool) {
        this.fpm = fpm;
        this.pool = pool;
    }

    static List<Finding> of(Fpm fpm, Pool pool) {
        var rules = new ManagerRules(fpm, pool);
        if (rules.later()) {
            return List.of();
        }
        rules.manager();
        rules.children();
        if (pool.manager().equals("dynamic")) {
            rules.spares();
        }
        rules.requests();
        return rules.found;
    }

    /** The environment fills in what cannot be judged here. */
    private boolean later() {
        return pool.settings().values().stream()
                .anyMatch(s -> s.key().startsWith("pm") && s.value().contains("${"));
    }

    private void manager() {
        if (pool.get("pm") == null) {
            broken(
                    "php-fpm-pm-missing",
                    null,
                    "pm is missing",
                    List.of("static, dynamic or ondemand must be said"),
                    "say pm = ondemand",
                    List.of(Fpm.first(pool, List.of("pm = ondemand"))));
        }
        if (pool.get("listen") == null) {
            broken("php-fpm-listen-missing", null, "listen is missing", List.of(), "say where it listens", List.of());
        }
    }

    private void children() {
        Setting s = pool.get("pm.max_children");
        if (s == null || pool.children() == 0) {
            int proposed = Math.max(5, pool.whole("pm.max_spare_servers"));
            Setting pm = pool.get("pm");
            Edit edit = s != null
                    ? Fpm.set(s, Integer.toString(proposed))
                    : pm != null
                            ? Fpm.after(pm, "pm.max_children = " + proposed)
                            : Fpm.first(pool, List.of("pm.max_children = " + proposed));
            broken(
                    "php-fpm-max-children-missing",
                    s,
                    s == null ? "pm.max_children is missing" : "pm.max_children is 0",
                    List.of("php-fpm has no default for it; 5 is what its packages begin with"),
                    "set pm.max_children to " + proposed,
                    List.of(edit));
        }
    }

    private void spares() {
        int most = pool.children();
        int min = pool.whole("pm.min_spare_servers");
        int max = pool.whole("pm.max_spare_servers");
        int start = pool.whole("pm.start_servers");
        var wrong = new ArrayList<String>();
        if (min == 0 || max == 0) {
            wrong.add("pm = dynamic needs " + (min == 0 ? "pm.min_spare_servers" : "pm.max_spare_servers"));
        }
        if (most > 0 && Math.max(min, max) > most) {
            wrong.add((max > most ? "pm.max_spare_servers " + max : "pm.min_spare_servers " + min)
                    + " is above pm.max_children " + most);
        }
        if (min > 0 && max > 0 && max < min) {
            wrong.add("pm.max_spare_servers " + max + " is below pm.min_spare_servers " + min);
        }
        if (start > 0 && min > 0 && max >= min && (start < min || start > max)) {
            wrong.add("pm.start_servers " + start + " is not within the spares, " + min + " to " + max);
        }
        if (!wrong.isEmpty()) {
            Setting first = pool.get("pm.min_spare_servers");
            broken(
                    "php-fpm-pm-contradiction",
                    first == null ? pool.get("pm") : first,
                    String.join("; ", wrong),
                    evidence(),
                    "give spares that fit pm.max_children",
                    most > 0 ? fitting(most, min, max, start) : List.of());
        }
    }

    /** Those that are given stay where they can. */
    private List<Edit> fitting(int most, int min, int max, int start) {
        int low = min == 0 ? Math.max(1, most / 4) : Math.min(min, most);
        int high = max == 0 ? Math.max(low, most * 3 / 4) : Math.min(most, Math.max(max, low));
        var edits = new ArrayList<Edit>();
        put(edits, "pm.min_spare_servers", min, low);
        put(edits, "pm.max_spare_servers", max, high);
        if (start > 0) {
            put(edits, "pm.start_servers", start, Math.clamp(start, low, high));
        }
        return edits;
    }

    private void put(List<Edit> edits, String key, int now, int then) {
        Setting s = pool.get(key);
        Setting anchor = pool.get("pm.max_children");
        if (s == null && anchor != null) {
            edits.add(Fpm.after(anchor, key + " = " + then));
        } else if (s != null && now != then) {
            edits.add(Fpm.set(s, Integer.toString(then)));
        }
    }

    private List<String> evidence() {
        return pool.settings().values().stream()
                .filter(s -> s.key().startsWith("pm"))
                .map(Setting::evidence)
                .toList();
    }

    private void requests() {
        if (pool.whole("pm.max_requests") > 0) {
            return;
        }
        Setting s = pool.get("pm.max_requests");
        Setting anchor = s == null ? pool.get("pm.max_children") : s;
        List<Edit> edits = s != null
                ? List.of(Fpm.set(s, "1000"))
                : anchor == null ? List.of() : List.of(Fpm.after(anchor, "pm.max_requests = 1000"));
        found.add(new Finding(
                "php-fpm-max-requests",
                Grade.NOTE,
                List.of(anchor == null ? pool.site() : anchor.site()),
                pool.name(),
                "pool " + pool.name() + ": children are never renewed: pm.max_requests is "
                        + (s == null ? "not set" : "0"),
                s == null ? List.of("not set is 0: for ever") : List.of(s.evidence()),
                "Memory that an extension leaks is never given back; a child grows for as long as it lives.",
                fpm.fix("set pm.max_requests to 1000", edits)));
    }

    private void broken(
            String rule, @Nullable Setting at, String what, List<String> evidence, String fix, List<Edit> edits) {
        found.add(new Finding(
                rule,
                Grade.CRITICAL,
                List.of(at == null ? pool.site() : at.site()),
                pool.name(),
                "pool " + pool.name() + ": " + what,
                evidence,
                WHY,
                edits.isEmpty() ? Fix.byHand(fix) : fpm.fix(fix, edits)));
    }
}
