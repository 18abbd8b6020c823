package dev.holdfast.audit.php;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.nginx.FastcgiTimeouts;
import java.util.List;

/**
 * How long nginx waits for PHP: the longest that any of its servers may, so that what is longer is too long for all. Those
 * that say nothing wait as long as usual.
 *
 * @param known whether there is an nginx
 */
record WebTimeout(boolean known, long seconds, List<String> evidence) {
    private static final long USUAL = 60;

    static WebTimeout read(Grounds host) {
        var set = FastcgiTimeouts.read(host);
        long longest =
                set.millis().stream().mapToLong(m -> (m + 999) / 1000).max().orElse(0);
        return new WebTimeout(
                set.known(),
                Math.max(USUAL, longest),
                !set.known() || !set.evidence().isEmpty()
                        ? set.evidence()
                        : List.of("nginx: fastcgi_read_timeout is not set: 60 s"));
    }
}
