package dev.holdfast.audit.php;

import dev.holdfast.audit.Edit;
import java.util.ArrayList;
import java.util.List;

/** Another number of children, with the spares that php-fpm wants to fit it. */
final class ProcessEdits {
    private ProcessEdits() {}

    static List<Edit> children(Pool pool, int most) {
        var edits = new ArrayList<Edit>();
        put(edits, pool, "pm.max_children", most);
        if (pool.manager().equals("dynamic")) {
            int max = Math.min(pool.whole("pm.max_spare_servers"), most);
            int min = Math.min(pool.whole("pm.min_spare_servers"), max);
            put(edits, pool, "pm.max_spare_servers", max);
            put(edits, pool, "pm.min_spare_servers", min);
            if (pool.whole("pm.start_servers") > 0) {
                put(edits, pool, "pm.start_servers", Math.clamp(pool.whole("pm.start_servers"), min, max));
            }
        }
        return edits;
    }

    private static void put(List<Edit> edits, Pool pool, String key, int value) {
        Setting s = pool.get(key);
        if (s != null && pool.whole(key) != value && value > 0) {
            edits.add(Fpm.set(s, Integer.toString(value)));
        }
    }
}
