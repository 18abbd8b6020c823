package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Site;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A variable as one line sets it.
 *
 * @param name with {@code _}, without {@code loose_}, {@code skip_} and the like
 * @param value {@code 1} when none is written
 * @param group without brackets
 */
record Setting(String name, String value, String group, Site site) {
    /** Those whose names begin so themselves. */
    private static final Set<String> NAMED_SKIP = Set.of(
            "skip_name_resolve",
            "skip_networking",
            "skip_grant_tables",
            "skip_show_database",
            "skip_slave_start",
            "skip_replica_start",
            "skip_parallel_replication",
            "skip_replication");

    /** As my_getopt understands a name. */
    static Setting of(String written, @Nullable String value, String group, Site site) {
        String name = written.replace('-', '_');
        if (name.startsWith("loose_")) {
            name = name.substring(6);
        }
        String meant = value == null ? "1" : value;
        for (String off : new String[] {"skip_", "disable_"}) {
            if (name.startsWith(off) && !NAMED_SKIP.contains(name)) {
                return new Setting(name.substring(off.length()), "0", group, site);
            }
        }
        if (name.startsWith("enable_")) {
            name = name.substring(7);
        }
        return new Setting(name, meant, group, site);
    }

    /** Its value in a form in which equal ones are equal: bytes, ON, OFF, else as it is. */
    String comparable() {
        return comparable(value);
    }

    static String comparable(String value) {
        long number = number(value);
        String upper = value.toUpperCase(java.util.Locale.ROOT);
        return switch (upper) {
            case "1", "ON", "TRUE", "YES" -> "ON";
            case "0", "OFF", "FALSE", "NO" -> "OFF";
            default -> number >= 0 ? Long.toString(number) : upper;
        };
    }

    /** A number with K, M, G, T, P, E (powers of 1024); -1: it is none. */
    static long number(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 18 || text.length() - digits > 1) {
            return -1;
        }
        long number = Long.parseLong(text.substring(0, digits));
        if (digits == text.length()) {
            return number;
        }
        int unit = "KMGTPE".indexOf(Character.toUpperCase(text.charAt(digits)));
        if (unit < 0) {
            return -1;
        }
        int shift = 10 * (unit + 1);
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }
}
