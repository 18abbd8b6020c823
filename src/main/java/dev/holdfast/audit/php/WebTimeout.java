package dev.holdfast.audit.php;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.apache.ProxyTimeouts;
import dev.holdfast.audit.nginx.FastcgiTimeouts;
import java.util.List;
import java.util.stream.Stream;

/**
 * How long the web server waits for PHP: the longest that any of its servers may, so that what is longer is too long for
 * all. Those that say nothing wait as long as usual. Of nginx and Apache on one host the more patient one.
 *
 * @param known whether there is one that sends to FastCGI
 * @param server its name
 * @param setting what would have it wait longer
 */
record WebTimeout(boolean known, long seconds, String server, String setting, List<String> evidence) {
    private static final long USUAL = 60;

    static WebTimeout read(Grounds host) {
        WebTimeout nginx = of(FastcgiTimeouts.read(host));
        var apache = ProxyTimeouts.read(host);
        if (!apache.known()) {
            return nginx;
        }
        var other = new WebTimeout(true, apache.seconds(), "Apache", "Apache's ProxyTimeout", apache.evidence());
        if (!nginx.known()) {
            return other;
        }
        WebTimeout longer = other.seconds > nginx.seconds ? other : nginx;
        return new WebTimeout(
                true,
                longer.seconds,
                longer.server,
                longer.setting,
                Stream.concat(nginx.evidence.stream(), other.evidence.stream()).toList());
    }

    private static WebTimeout of(FastcgiTimeouts set) {
        long longest =
                set.millis().stream().mapToLong(m -> (m + 999) / 1000).max().orElse(0);
        return new WebTimeout(
                set.known(),
                Math.max(USUAL, longest),
                "nginx",
                "nginx's fastcgi_read_timeout",
                !set.known() || !set.evidence().isEmpty()
                        ? set.evidence()
                        : List.of("nginx: fastcgi_read_timeout is not set: 60 s"));
    }
}
