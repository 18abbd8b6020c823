package dev.holdfast.audit.apache;

import dev.holdfast.audit.Grounds;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long Apache waits for FastCGI (mod_proxy_fcgi), by its files with all that they include: each worker's
 * {@code timeout=}, else {@code ProxyTimeout}, else {@code Timeout}.
 *
 * @param known whether it sends to FastCGI, and all that says how long could be read
 * @param seconds the longest that any of its servers may wait
 * @param evidence where that is written, each that counts
 */
public record ProxyTimeouts(boolean known, long seconds, List<String> evidence) {
    private static final long USUAL = 60;
    private static final Pattern OF_WORKER = Pattern.compile("(?i)(?:^|[\\s\"'])timeout=[\"']?([^\\s\"']+)");
    private static final Pattern TIME = Pattern.compile("(?i)(\\d{1,9})(ms|s|mi|min|h)?");
    private static final ProxyTimeouts NONE = new ProxyTimeouts(false, 0, List.of());

    /** One that is written. */
    private record Wait(long seconds, String evidence) {}

    public static ProxyTimeouts read(Grounds host) {
        ConfigurationReader files = ConfigurationReader.read(host);
        boolean sends = files.lines().stream().anyMatch(l -> l.text().contains("fcgi://"));
        if (!sends || !files.complete()) {
            return NONE;
        }
        var waits = new ArrayList<Wait>();
        Wait timeout = null;
        Wait proxied = null;
        for (ConfigurationReader.Line line : files.lines()) {
            String value = value(line);
            if (value.isEmpty()) {
                continue;
            }
            long seconds = seconds(value);
            if (seconds <= 0) {
                return NONE; // ${…}, or what Apache itself refuses
            }
            var wait = new Wait(seconds, line.site() + ": " + line.text());
            if (line.inHost() || line.is("proxypass", "proxypassmatch", "proxyset", "balancermember")) {
                waits.add(wait);
            } else if (line.is("timeout")) {
                timeout = wait;
            } else {
                proxied = wait;
            }
        }
        Wait preset = timeout != null ? timeout : new Wait(USUAL, "Apache: Timeout is not set: " + USUAL + " s");
        waits.addFirst(proxied != null ? proxied : preset);
        return new ProxyTimeouts(
                true,
                waits.stream().mapToLong(Wait::seconds).max().orElse(USUAL),
                waits.stream().map(Wait::evidence).distinct().toList());
    }

    /** What the line says of a time to wait; empty: nothing. */
    private static String value(ConfigurationReader.Line line) {
        if (line.is("timeout", "proxytimeout")) {
            String[] words = line.text().split("\\s+", 2);
            return words.length < 2 ? "?" : words[1].strip();
        }
        Matcher m = OF_WORKER.matcher(line.text());
        return line.is("proxypass", "proxypassmatch", "proxyset", "balancermember") && m.find() ? m.group(1) : "";
    }

    /** -1: it is none. */
    private static long seconds(String value) {
        Matcher m = TIME.matcher(value);
        if (!m.matches()) {
            return -1;
        }
        long number = Long.parseLong(m.group(1));
        String unit = m.group(2) == null ? "s" : m.group(2).toLowerCase(java.util.Locale.ROOT);
        return switch (unit) {
            case "ms" -> (number + 999) / 1000;
            case "mi", "min" -> number * 60;
            case "h" -> number * 3600;
            default -> number;
        };
    }
}
