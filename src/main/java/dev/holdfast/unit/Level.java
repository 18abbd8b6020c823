package dev.holdfast.unit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How much a line matters, least first; syslog's severities (RFC 5424, 6.2.1) and what lies below them. */
public enum Level {
    TRACE(1, 7),
    DEBUG(2, 7),
    INFO(3, 6),
    NOTICE(4, 5),
    WARNING(5, 4),
    ERROR(6, 3),
    CRITICAL(7, 2);

    private static final Map<String, Level> WORDS = Map.ofEntries(
            Map.entry("trace", TRACE),
            Map.entry("finest", TRACE),
            Map.entry("verbose", TRACE),
            Map.entry("debug", DEBUG),
            Map.entry("fine", DEBUG),
            Map.entry("dbg", DEBUG),
            Map.entry("info", INFO),
            Map.entry("information", INFO),
            Map.entry("informational", INFO),
            Map.entry("notice", NOTICE),
            Map.entry("deprecated", NOTICE),
            Map.entry("warn", WARNING),
            Map.entry("warning", WARNING),
            Map.entry("error", ERROR),
            Map.entry("err", ERROR),
            Map.entry("severe", ERROR),
            Map.entry("critical", CRITICAL),
            Map.entry("crit", CRITICAL),
            Map.entry("fatal", CRITICAL),
            Map.entry("alert", CRITICAL),
            Map.entry("emerg", CRITICAL),
            Map.entry("emergency", CRITICAL),
            Map.entry("panic", CRITICAL));

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
        return Optional.ofNullable(WORDS.get(word.toLowerCase(Locale.ROOT)));
    }

    /** All that {@link #parse} knows, in lower case. */
    public static Set<String> words() {
        return WORDS.keySet();
    }
}
