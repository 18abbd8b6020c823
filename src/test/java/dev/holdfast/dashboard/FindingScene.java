package dev.holdfast.dashboard;

import dev.holdfast.api.FindingList;
import java.time.Instant;
import java.util.List;

/** What an audit of that host finds. */
final class FindingScene {
    private FindingScene() {}

    static FindingList of(Instant now) {
        String pool = "/etc/php/8.3/fpm/pool.d/www.conf";
        var limit = new FindingList.Place(pool, 412);
        return new FindingList(
                now.minusSeconds(3_600).toString(),
                0.4,
                86_400.0,
                "This host can be killed by its own configuration: 160.1GiB may be claimed of 16.0GiB of memory, and nothing"
                        + " bounds redis.",
                List.of(
                        new FindingList.Entry(
                                "php-fpm-overcommit",
                                "critical",
                                List.of(limit),
                                "",
                                "20 children of PHP-FPM may take 160.0GiB, and this host has 13.1GiB left for them",
                                List.of("pool www: 20 children × 8.0GiB = 160.0GiB", "left for PHP-FPM: 13.1GiB"),
                                "When requests need what they are allowed to, memory ends before any limit does.",
                                "set memory_limit to 704M, and keep all children",
                                List.of(new FindingList.Change(
                                        pool,
                                        412,
                                        List.of("php_admin_value[memory_limit] = 8G"),
                                        List.of("php_admin_value[memory_limit] = 704M"))),
                                List.of("/usr/sbin/php-fpm8.3", "-t")),
                        new FindingList.Entry(
                                "php-fpm-max-requests",
                                "note",
                                List.of(),
                                "www",
                                "pool www: children are never renewed: pm.max_requests is not set",
                                List.of(),
                                "Memory that an extension leaks is never given back.",
                                "set pm.max_requests to 1000",
                                List.of(),
                                List.of())),
                new FindingList.Total(
                        16L << 30,
                        0L,
                        160L << 30,
                        2L << 30,
                        1L << 30,
                        3L << 30,
                        true,
                        List.of("redis"),
                        List.of(),
                        List.of(
                                new FindingList.Claim("redis", null, 1L << 28, null, "no maxmemory", List.of()),
                                new FindingList.Claim(
                                        "php-fpm pool www",
                                        160L << 30,
                                        2L << 30,
                                        1L << 30,
                                        "20 children × 8.0GiB",
                                        List.of(limit)))),
                List.of(
                        new FindingList.Program("php-fpm", List.of(pool, "/etc/php/8.3/fpm/php.ini")),
                        new FindingList.Program("redis", List.of("/etc/redis/redis.conf"))));
    }
}
