package dev.holdfast.audit.php;

import dev.holdfast.audit.Site;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pool.
 *
 * @param site of its section
 * @param settings by key, the last of each
 */
record Pool(String name, Site site, String raw, Map<String, Setting> settings) {
    @Nullable
    Setting get(String key) {
        return settings.get(key);
    }

    /** 0: not given, or known only when php-fpm starts. */
    int whole(String key) {
        Setting s = settings.get(key);
        return s == null ? 0 : (int) Quantity.whole(s.value()).orElse(0);
    }

    /** 0: off, as php-fpm has it. */
    long seconds(String key) {
        Setting s = settings.get(key);
        return s == null ? 0 : Quantity.seconds(s.value()).orElse(0);
    }

    /** static, dynamic or ondemand; empty: missing, and php-fpm does not start. */
    String manager() {
        Setting s = settings.get("pm");
        return s == null ? "" : s.value();
    }

    int children() {
        return whole("pm.max_children");
    }
}
