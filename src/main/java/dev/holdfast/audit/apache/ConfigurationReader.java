package dev.holdfast.audit.apache;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads Apache's files into directives in their order. What is conditional counts, for whether it holds is not known. */
final class ConfigurationReader {
    /** Main files, and the ServerRoot that each is built with. */
    private static final Map<String, String> STANDARD = Map.of(
            "/etc/apache2/apache2.conf", "/etc/apache2",
            "/etc/httpd/conf/httpd.conf", "/etc/httpd",
            "/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2");

    private static final int MOST_FILES = 2_000;
    private static final int DEEPEST = 64;
    private static final int LONGEST_LINE = 8_192; // Apache's own, continued ones included

    private final Grounds host;
    private final List<Line> lines = new ArrayList<>();
    private String root;
    private int hosts;
    private int files;
    private int depth;
    private boolean complete = true;

    /**
     * A directive.
     *
     * @param text all of it, continued lines joined
     * @param inHost whether it is within a VirtualHost
     */
    record Line(String text, Site site, boolean inHost) {
        /** @param names in lower case */
        boolean is(String... names) {
            return List.of(names).contains(name());
        }

        private String name() {
            return text.split("\\s+", 2)[0].toLowerCase(Locale.ROOT);
        }
    }

    private ConfigurationReader(Grounds host, String root) {
        this.host = host;
        this.root = root;
    }

    /** The first that is there; nothing where there is none. */
    static ConfigurationReader read(Grounds host) {
        String main = STANDARD.keySet().stream()
                .sorted()
                .filter(host::isFile)
                .findFirst()
                .orElse("");
        var reader = new ConfigurationReader(host, STANDARD.getOrDefault(main, ""));
        if (!main.isEmpty()) {
            reader.file(main);
        }
        return reader;
    }

    List<Line> lines() {
        return lines;
    }

    /** Whether all could be read that is included. */
    boolean complete() {
        return complete;
    }

    private void file(String file) {
        if (++files > MOST_FILES || depth >= DEEPEST) {
            complete = false;
            return;
        }
        depth++;
        try {
            List<String> all = host.lines(file);
            for (int i = 0; i < all.size() && complete; i++) {
                var site = new Site(file, i + 1);
                var text = new StringBuilder(all.get(i).strip());
                while (!text.isEmpty() && text.charAt(text.length() - 1) == '\\' && i + 1 < all.size()) {
                    text.setLength(text.length() - 1);
                    text.append(all.get(++i).strip());
                    complete &= text.length() <= LONGEST_LINE;
                }
                complete &= text.length() <= LONGEST_LINE;
                if (!text.isEmpty() && text.charAt(0) != '#' && complete) {
                    line(text.toString(), site);
                }
            }
        } catch (IOException unreadable) {
            complete = false;
        } finally {
            depth--;
        }
    }

    private void line(String text, Site site) {
        String[] words = text.split("\\s+", 2);
        String argument = words.length < 2 ? "" : unquoted(words[1].strip());
        switch (words[0].toLowerCase(Locale.ROOT)) {
            case "<virtualhost" -> hosts++;
            case "</virtualhost>" -> hosts = Math.max(0, hosts - 1);
            case "serverroot" -> root = argument;
            case "include" -> include(argument, true);
            case "includeoptional" -> include(argument, false);
            default -> lines.add(new Line(text, site, hosts > 0));
        }
    }

    private void include(String written, boolean needed) {
        boolean pattern = written.chars().anyMatch(c -> "*?[".indexOf(c) >= 0);
        String path = written.startsWith("/") ? written : root + "/" + written;
        if (written.contains("${") || written.length() > 4_096) {
            complete = false;
        } else if (!pattern) {
            if (host.isFile(path)) {
                file(path);
            } else {
                complete &= !needed; // a directory, or what Apache does not start with
            }
        } else {
            try {
                host.glob(path).stream().filter(host::isFile).forEach(this::file);
            } catch (IllegalArgumentException notOne) {
                complete = false;
            }
        }
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
