package dev.holdfast.audit;

import dev.holdfast.unit.Human;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What all claims of a host come to. Where systemd bounds a service, its parts together count no more than that.
 *
 * @param memory bytes; negative: unknown
 * @param swap bytes; 0: none, or unknown
 * @param claims the largest first
 * @param worst bytes, of what is bounded
 * @param unbounded claims that nothing bounds
 * @param unknown claims of which it is not known what bounds them; they are missing in {@code worst}
 * @param measured bytes that those that were measured have now
 * @param rest bytes of everything that runs beside
 */
public record Total(
        long memory,
        long swap,
        List<Claim> claims,
        long worst,
        List<Claim> unbounded,
        List<Claim> unknown,
        long typical,
        long measured,
        long rest) {
    private static final String UNIT = "systemd unit ";
    private static final Pattern VERSION = Pattern.compile("^(?:" + UNIT + "php|/etc/php/)(\\d+\\.\\d+)");

    public Total {
        claims = List.copyOf(claims);
        unbounded = List.copyOf(unbounded);
        unknown = List.copyOf(unknown);
    }

    public static Total of(Grounds host, List<Claim> all) {
        List<Claim> sorted = all.stream()
                .filter(c -> !toldInParts(c, all))
                .sorted(Comparator.comparingLong(Claim::worst)
                        .reversed()
                        .thenComparing(Comparator.comparingLong(Claim::typical).reversed())
                        .thenComparing(Claim::who))
                .toList();
        Map<Claim, Claim> units = units(sorted);
        long worst = 0;
        long typical = 0;
        var unbounded = new ArrayList<Claim>();
        var unknown = new ArrayList<Claim>();
        for (Claim c : sorted) {
            Claim unit = units.get(c);
            if (c.worst() == Long.MAX_VALUE && unit == null) {
                unbounded.add(c);
            } else if (c.worst() < 0 && unit == null) {
                unknown.add(c);
            } else if (unit == null) {
                worst = sum(worst, bounded(c, units));
            }
            typical = sum(typical, unit != null || parts(c, units).isEmpty() ? c.typical() : 0);
        }
        long measured = sorted.stream()
                .filter(c -> parts(c, units).isEmpty())
                .mapToLong(c -> measured(host, c, sorted))
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
                unknown,
                sum(typical, rest),
                measured,
                rest);
    }

    /** A unit that bounds nothing, of a program that is known better: by what it is configured to take. */
    private static boolean toldInParts(Claim unit, List<Claim> all) {
        return unit.worst() == Long.MAX_VALUE
                && unit.who().startsWith(UNIT)
                && all.stream()
                        .anyMatch(c -> !c.who().startsWith(UNIT)
                                && program(c.who()).equals(program(unit.who().substring(UNIT.length()))));
    }

    /**
     * Bytes that a claim has now, which are also among those of what runs: as it was measured, else by the names of
     * processes, where these tell whose they are; no more than its bound.
     *
     * @param all claims, of which no other is to be of the same program
     */
    public static long measured(Grounds host, Claim c, List<Claim> all) {
        Long m = c.measured();
        if (m != null || !c.who().startsWith(UNIT) || c.worst() == Long.MAX_VALUE) {
            return m == null ? 0 : m;
        }
        String program = program(c.who().substring(UNIT.length()));
        long same = all.stream()
                .map(o -> o.who().startsWith(UNIT) ? o.who().substring(UNIT.length()) : o.who())
                .filter(o -> program(o).equals(program))
                .count();
        long sum = host.running().stream()
                .filter(r -> program(r.name()).equals(program))
                .mapToLong(r -> Math.max(0, r.pss()))
                .sum();
        return same == 1 ? Math.min(sum, c.worst()) : 0;
    }

    /** A unit's limit, or what its parts may take when that is less. */
    private static long bounded(Claim c, Map<Claim, Claim> units) {
        List<Claim> parts = parts(c, units);
        long sum = 0;
        for (Claim part : parts) {
            sum = part.worst() < 0 ? Long.MAX_VALUE : sum(sum, part.worst());
        }
        return parts.isEmpty() ? c.worst() : Math.min(c.worst(), sum);
    }

    /** What a claim of a unit of systemd bounds. */
    private static List<Claim> parts(Claim unit, Map<Claim, Claim> units) {
        return units.entrySet().stream()
                .filter(e -> e.getValue().equals(unit))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * The unit that bounds each part. Which of several is whose is not known: then none counts, for a bound that does not
     * hold would hide what can kill the host.
     */
    private static Map<Claim, Claim> units(List<Claim> all) {
        var units = new IdentityHashMap<Claim, Claim>();
        for (Claim part : all) {
            if (part.who().startsWith(UNIT)) {
                continue;
            }
            String program = program(part.who());
            List<Claim> bounding = all.stream()
                    .filter(c -> bounds(c, program) && compatible(version(c), version(part)))
                    .toList();
            if (bounding.size() == 1) {
                units.put(part, bounding.getFirst());
            }
        }
        for (Claim unit : List.copyOf(units.values())) {
            List<Claim> parts = parts(unit, units);
            if (parts.stream().map(Total::configuration).distinct().count() > 1) {
                parts.forEach(units::remove);
            }
        }
        return units;
    }

    /** Whether it is what a unit of systemd may take that runs this program. */
    public static boolean bounds(Claim unit, String program) {
        return unit.who().startsWith(UNIT)
                && unit.worst() < Long.MAX_VALUE
                && program(unit.who().substring(UNIT.length())).equals(program);
    }

    private static boolean compatible(String a, String b) {
        return a.isEmpty() || b.isEmpty() || a.equals(b);
    }

    /** Of a PHP: by the unit's name, or Debian's directory. Empty: unknown. */
    private static String version(Claim c) {
        String text = c.who().startsWith(UNIT) || c.sites().isEmpty()
                ? c.who()
                : c.sites().getFirst().file();
        Matcher m = VERSION.matcher(text);
        return m.find() ? m.group(1) : "";
    }

    private static String configuration(Claim c) {
        String[] words = c.who().split(" ", 2);
        return words.length > 1 && words[1].startsWith("/") ? words[1] : version(c);
    }

    /** {@code php-fpm} of {@code php-fpm pool www} and of {@code php8.2-fpm.service}. */
    private static String program(String who) {
        String first = who.split(" ", 2)[0].toLowerCase(Locale.ROOT).replaceFirst("\\.service$", "");
        String plain = first.replaceFirst("@.*$", "").replaceAll("[0-9.]", "").replaceFirst("-server$", "");
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
        String open = unknown.isEmpty() ? "" : "; what " + named(unknown) + " may take is not known";
        if (worst > memory + swap) {
            return "This host can be killed by its own configuration: " + size(worst) + " may be claimed of " + there
                    + free + open + ".";
        }
        if (!unbounded.isEmpty()) {
            return "This host can be killed by its own configuration: " + free + "; what is bounded comes to "
                    + size(worst) + " of " + there + open + ".";
        }
        if (!unknown.isEmpty()) {
            return "Whether this host can be killed by its own configuration is not known: nothing here says what "
                    + named(unknown) + " may take; the others claim at most " + size(worst) + " of " + there + ".";
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
            if (known(c)) {
                evidence.add(c.who() + ": " + size(c.worst()) + " (" + c.arithmetic() + ")"
                        + (c.sites().isEmpty() ? "" : ", " + c.sites().getFirst()));
            }
        }
        if (!unknown.isEmpty()) {
            evidence.add("not known, and not counted: " + named(unknown));
        }
        if (rest > 0) {
            evidence.add("everything else that runs has " + size(rest));
        }
        boolean usual = typical > memory + swap;
        Claim largest = claims.stream().filter(Total::known).findFirst().orElse(null); // what runs is too much alone
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

    private static boolean known(Claim c) {
        return c.worst() >= 0 && c.worst() < Long.MAX_VALUE;
    }

    /** As people read it. */
    public static String size(long bytes) {
        return bytes == Long.MAX_VALUE ? "unlimited" : Human.bytes(bytes) + "B";
    }
}
