package dev.holdfast.audit.php;

import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Total;
import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that is left to PHP-FPM.
 *
 * @param memory bytes of the host
 * @param others bytes that everything else has, or is configured to have under ordinary load
 * @param arithmetic how that comes about
 * @param bound bytes that the one service in which PHP-FPM runs may take; {@link Long#MAX_VALUE}: unbounded, or unknown
 */
record Budget(long memory, long swap, long others, List<String> arithmetic, long bound) {
    /** Of the host's memory, kept for the kernel and its cache of files. */
    private static final int SPARE_PERCENT = 10;

    /** @param claims of all other programs */
    static Budget of(Grounds host, List<Claim> claims) {
        long running = host.running().stream()
                .filter(r -> !Fpm.is(r))
                .mapToLong(r -> Math.max(0, r.pss()))
                .sum();
        long configured = 0;
        var arithmetic = new ArrayList<String>();
        arithmetic.add("the host has " + size(host.memory()) + " of memory"
                + (host.swap() > 0 ? " and " + size(host.swap()) + " of swap" : " and no swap"));
        if (running > 0) {
            arithmetic.add("everything else that runs has " + size(running));
        }
        // What bounds PHP-FPM is no other program.
        List<Claim> own = claims.stream()
                .filter(c -> Total.bounds(c, "php-fpm") || c.who().endsWith(PhpAudit.WITHIN))
                .toList();
        own.forEach(c -> arithmetic.add("PHP-FPM is within " + c.who() + ", of " + size(c.worst())));
        for (Claim c : claims) {
            if (own.contains(c)) {
                continue;
            }
            long measured = Total.measured(host, c, claims);
            long more = c.typical() - measured;
            if (c.typical() < Long.MAX_VALUE && more > 0) {
                configured += more;
                arithmetic.add(c.who() + " is configured to take " + size(c.typical())
                        + (measured == 0 ? "" : ", " + size(more) + " more than it has"));
            }
        }
        return new Budget(
                host.memory(),
                Math.max(0, host.swap()),
                running + configured,
                arithmetic,
                own.size() == 1 ? own.getFirst().worst() : Long.MAX_VALUE);
    }

    /** What children may take before memory is gone. */
    long room() {
        return Math.max(0, memory - others);
    }

    /** What they should be configured to take. */
    long sound() {
        return Math.max(0, room() - memory * SPARE_PERCENT / 100);
    }

    String soundArithmetic() {
        return "to be shared out: " + size(memory) + " − " + size(others) + " of everything else − " + SPARE_PERCENT
                + "% for the kernel and its cache = " + size(sound());
    }

    static String size(long bytes) {
        return bytes == Long.MAX_VALUE ? "unlimited" : Human.bytes(bytes) + "B";
    }
}
