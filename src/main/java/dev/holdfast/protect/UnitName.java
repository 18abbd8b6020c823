package dev.holdfast.protect;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a unit whose processes can be limited (systemd.unit(5)).
 *
 * @param name with its suffix, such as {@code nginx.service} or {@code getty@tty1.service}
 */
public record UnitName(String name, Kind kind) {
    private static final int LONGEST = 255;
    private static final Pattern CHARACTERS = Pattern.compile("[A-Za-z0-9:_.\\\\@-]+");

    /** Kinds that have processes, and the section that their limits stand in. */
    public enum Kind {
        SERVICE("Service"),
        SLICE("Slice"),
        SCOPE("Scope"),
        SOCKET("Socket"),
        MOUNT("Mount"),
        SWAP("Swap");

        private final String section;

        Kind(String section) {
            this.section = section;
        }

        String section() {
            return section;
        }

        String suffix() {
            return "." + section.toLowerCase(java.util.Locale.ROOT);
        }

        /** Whether systemd itself starts the processes, so that settings of their start can be given (systemd.exec(5)). */
        boolean starts() {
            return switch (this) {
                case SERVICE, SOCKET, MOUNT, SWAP -> true;
                case SLICE, SCOPE -> false;
            };
        }
    }

    /** Kinds without processes of their own. */
    private enum Without {
        TIMER,
        PATH,
        TARGET,
        DEVICE,
        AUTOMOUNT
    }

    /**
     * Reads a name as systemctl(1) takes it: {@code .service} when it has no suffix.
     *
     * @throws IllegalArgumentException whose message says what is allowed
     */
    public static UnitName parse(String text) {
        if (text.contains("/")) {
            throw refused(text, "a unit is named, not its file or path; for a mount: systemd-escape -p --suffix=mount");
        }
        if (!CHARACTERS.matcher(text).matches()) {
            throw refused(
                    text, "a unit's name has letters, digits and : - _ . \\ @; others are escaped by systemd-escape");
        }
        for (Without w : Without.values()) {
            String suffix = "." + w.name().toLowerCase(java.util.Locale.ROOT);
            if (text.endsWith(suffix)) {
                throw refused(
                        text,
                        "a " + suffix.substring(1) + " has no processes to limit; protect what it starts, such as "
                                + text.substring(0, text.length() - suffix.length()) + ".service");
            }
        }
        Kind kind = Arrays.stream(Kind.values())
                .filter(k -> text.endsWith(k.suffix()))
                .findFirst()
                .orElse(null);
        UnitName unit = kind == null ? new UnitName(text + ".service", Kind.SERVICE) : new UnitName(text, kind);
        unit.check(text);
        return unit;
    }

    private void check(String text) {
        String stem = stem();
        if (name.length() > LONGEST) {
            throw refused(text, "a unit's name has at most " + LONGEST + " characters, not " + name.length());
        }
        if (stem.isEmpty() || stem.startsWith("@") || stem.startsWith(".")) {
            throw refused(text, "a name is missing before " + (stem.startsWith("@") ? "@" : kind.suffix()));
        }
        if (kind == Kind.SLICE) {
            if (name.equals("-.slice")) {
                throw refused(text, "the root of all groups has no limits of its own; name a slice below it");
            }
            if (stem.contains("@") || stem.startsWith("-") || stem.endsWith("-") || stem.contains("--")) {
                throw refused(
                        text,
                        "a slice is its path from the root joined by single dashes, such as user-1000.slice,"
                                + " and has no instances");
            }
        }
        if (kind == Kind.SCOPE && stem.contains("@")) {
            throw refused(text, "a scope has no instances");
        }
        if (name.equals("init.scope")) {
            throw refused(text, "that is systemd itself, whose end is the host's");
        }
    }

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\": " + why);
    }

    /** {@code foo@.service}: what is said of it holds for each of its instances. */
    boolean template() {
        return stem().endsWith("@");
    }

    /** The unit that an instance is made from, or itself. */
    String source() {
        int at = name.indexOf('@');
        return at < 0 ? name : name.substring(0, at + 1) + kind.suffix();
    }

    /** Without its suffix. */
    String stem() {
        return name.substring(0, name.length() - kind.suffix().length());
    }

    /** All suffixes that can be protected, for people. */
    static String suffixes() {
        return Arrays.stream(Kind.values()).map(Kind::suffix).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name;
    }
}
