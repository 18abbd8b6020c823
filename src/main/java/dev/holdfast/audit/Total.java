package dev.holdfast.audit;

import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all claims of a host come to. Where systemd bounds a service, its parts together count no more than that.
 *
 * @param memory bytes; negative: unknown
 * @param swap bytes; 0: none, or unknown
 * @param claims the largest first
 * @param worst bytes, of what is bounded
 * @param unbounded claims that nothing bounds
 * @param measured bytes that those that were measured have now
 * @param rest bytes of everything that runs beside
 */
public record Total(
        long memory,
        long swap,
        List<Claim> claims,
        long worst,
        List<Claim> unbounded,
        long typical,
        long measured,
        long rest) {
    private static final String UNIT = "systemd unit ";

    public Total {
        claims = List.copyOf(claims);
        unbounded = List.copyOf(unbounded);
    }

    public static Total of(Grounds host, List<Claim> all) {
        List<Claim> sorted = all.stream()
                .sorted(Comparator.comparingLong(Claim::worst)
                        .reversed()
                        .thenComparing(Comparator.comparingLong(Claim::typical).reversed())
                        .thenComparing(Claim::who))
                .toList();
        long worst = 0;
        long typical = 0;
        var unbounded = new ArrayList<Claim>();
        for (Claim c : sorted) {
            Claim unit = unitOf(c, sorted);
            if (c.worst() == Long.MAX_VALUE && unit == null) {
                unbounded.add(c);
            } else if (unit == null) {
                worst = sum(worst, bounded(c, sorted));
            }
            typical = sum(typical, unit != null || parts(c, sorted).isEmpty() ? c.typical() : 0);
        }
        long measured = sorted.stream()
                .filter(c -> parts(c, sorted).isEmpty())
                .mapToLong(c -> measured(c))
                .sum();
        long running =
                host.running().stream().mapToLong(r -> Math.max(0, r.pss())).sum();
        long rest = Math.max(0, running - measured);
        return new Total(
                host.memory(),
                Math.max(0, host.swap()),
                sorted,
                sum(worst, rest),
                unbounded,
                sum(typical, rest),
                measured,
                rest);
    }

    private static long measured(Claim c) {
        Long m = c.measured();
        return m == null ? 0 : m;
    }

    /** A unit's limit, or what its parts may take when that is less. */
    private static long bounded(Claim c, List<Claim> all) {
        List<Claim> parts = parts(c, all);
        long sum = 0;
        for (Claim part : parts) {
            sum = sum(sum, part.worst());
        }
        return parts.isEmpty() ? c.worst() : Math.min(c.worst(), sum);
    }

    /** What a claim of a unit of systemd bounds. */
    private static List<Claim> parts(Claim unit, List<Claim> all) {
        return unit.who().startsWith(UNIT) && unit.worst() < Long.MAX_VALUE
                ? all.stream().filter(c -> unit.equals(unitOf(c, all))).toList()
                : List.of();
    }

    private static @Nullable Claim unitOf(Claim part, List<Claim> all) {
        if (part.who().startsWith(UNIT)) {
            return null;
        }
        String program = program(part.who());
        return all.stream()
                .filter(c -> c.who().startsWith(UNIT) && c.worst() < Long.MAX_VALUE)
                .filter(c -> program(c.who().substring(UNIT.length())).equals(program))
                .findFirst()
                .orElse(null);
    }

    /** {@code php-fpm} of {@code php-fpm pool www} and of {@code php8.2-fpm.service}. */
    private static String program(String who) {
        String first = who.split(" ", 2)[0].toLowerCase(Locale.ROOT).replaceFirst("\\.service$", "");
        String plain =
                first.replaceAll("[0-9.]", "").replaceFirst("-server$", "").replaceFirst("@.*$", "");
        return switch (plain) {
            case "mysql", "mysqld", "mariadbd" -> "mariadb";
            default -> plain;
        };
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** Whether what is configured can take more than there is. */
    public boolean deadly() {
        return memory > 0 && (worst > memory + swap || !unbounded.isEmpty());
    }

    /** One line. */
    public String line() {
        String there = size(memory) + " of memory" + (swap > 0 ? " and " + size(swap) + " of swap" : "");
        if (memory <= 0) {
            return "How much memory this host has is not known: it cannot be said whether its configuration fits.";
        }
        String free = unbounded.isEmpty()
                ? ""
                : (worst > memory + swap ? ", and nothing bounds " : "nothing bounds ") + named(unbounded);
        if (worst > memory + swap) {
            return "This host can be killed by its own configuration: " + size(worst) + " may be claimed of " + there
                    + free + ".";
        }
        if (!unbounded.isEmpty()) {
            return "This host can be killed by its own configuration: " + free + "; what is bounded comes to "
                    + size(worst) + " of " + there + ".";
        }
        return worst > memory
                ? "This host survives its own configuration only with swap: " + size(worst) + " may be claimed of "
                        + there + "."
                : "This host cannot be killed by its own configuration: at most " + size(worst) + " are claimed of "
                        + there + ".";
    }

    private static String named(List<Claim> claims) {
        String first =
                String.join(", ", claims.stream().limit(3).map(Claim::who).toList());
        return claims.size() > 3 ? first + " and " + (claims.size() - 3) + " more" : first;
    }

    /** What goes to the findings. */
    public Optional<Finding> finding() {
        if (memory <= 0 || worst <= memory + swap) {
            return Optional.empty();
        }
        var evidence = new ArrayList<String>();
        for (Claim c : claims) {
            if (c.worst() < Long.MAX_VALUE) {
                evidence.add(c.who() + ": " + size(c.worst()) + " (" + c.arithmetic() + ")"
                        + (c.sites().isEmpty() ? "" : ", " + c.sites().getFirst()));
            }
        }
        if (rest > 0) {
            evidence.add("everything else that runs has " + size(rest));
        }
        boolean usual = typical > memory + swap;
        Claim largest = claims.stream()
                .filter(c -> c.worst() < Long.MAX_VALUE)
                .findFirst()
                .orElse(null); // what runs is too much alone
        return Optional.of(new Finding(
                "host-overcommit",
                usual || largest == null || largest.worst() > memory + swap ? Grade.CRITICAL : Grade.WARNING,
                largest == null ? List.of() : largest.sites(),
                "",
                "what is configured may claim " + size(worst) + ", and the host has " + size(memory) + " of memory and "
                        + (swap > 0 ? size(swap) + " of swap" : "no swap"),
                evidence,
                usual
                        ? "Ordinary load is enough: memory ends, and the kernel kills what it thinks best."
                        : "On a bad day several of them want what they are allowed to at once: memory ends before any"
                                + " limit does, and the kernel kills what it thinks best.",
                Fix.byHand(
                        largest == null
                                ? "stop what is not needed, or give the host more memory"
                                : "lower the largest first: " + largest.who() + ", " + largest.arithmetic())));
    }

    /** As people read it. */
    public static String size(long bytes) {
        return bytes == Long.MAX_VALUE ? "unlimited" : Human.bytes(bytes) + "B";
    }
}
