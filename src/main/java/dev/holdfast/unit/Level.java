package dev.holdfast.unit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much a line matters, least first; syslog's severities (RFC 5424, 6.2.1) and what lies below them. */
public enum Level {
    TRACE(1, 7),
    DEBUG(2, 7),
    INFO(3, 6),
    NOTICE(4, 5),
    WARNING(5, 4),
    ERROR(6, 3),
    CRITICAL(7, 2);

    private final int number;
    private final int severity;

    Level(int number, int severity) {
        this.number = number;
        this.severity = severity;
    }

    /** 1 (trace) to 7 (critical): for memory that outlives a daemon. */
    public int number() {
        return number;
    }

    /** Empty for a number that is none. */
    public static Optional<Level> ofNumber(int number) {
        return Arrays.stream(values()).filter(l -> l.number == number).findFirst();
    }

    /** Syslog's number, 7 (debug) to 2 (critical). */
    public int severity() {
        return severity;
    }

    /** Of a syslog severity, 0 (emergency) to 7 (debug). */
    public static Level ofSeverity(int severity) {
        return switch (severity) {
            case 0, 1, 2 -> CRITICAL;
            case 3 -> ERROR;
            case 4 -> WARNING;
            case 5 -> NOTICE;
            case 6 -> INFO;
            default -> DEBUG;
        };
    }

    /** As it is written in configuration and logs: {@code warning}. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of the words that programs use for it, in any case: {@code warn}, {@code SEVERE}, {@code fatal}. */
    public static Optional<Level> parse(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "trace", "finest", "verbose" -> Optional.of(TRACE);
            case "debug", "fine", "dbg" -> Optional.of(DEBUG);
            case "info", "information", "informational" -> Optional.of(INFO);
            case "notice", "deprecated" -> Optional.of(NOTICE);
            case "warn", "warning" -> Optional.of(WARNING);
            case "error", "err", "severe" -> Optional.of(ERROR);
            case "critical", "crit", "fatal", "alert", "emerg", "emergency", "panic" -> Optional.of(CRITICAL);
            default -> Optional.empty();
        };
    }
}
