package dev.holdfast.audit.laravel;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line that starts {@code artisan queue:work}.
 *
 * @param application its directory; empty: it cannot be told from the file
 * @param connection empty: the default one
 * @param options after queue:work
 */
record Worker(Site site, String application, String connection, List<String> options) {
    Worker {
        options = List.copyOf(options);
    }

    /** Where people write such lines. */
    private static final List<String> PLACES = List.of(
            "/etc/supervisor/supervisord.conf",
            "/etc/supervisor/conf.d/*",
            "/etc/supervisord.conf",
            "/etc/supervisord.d/*",
            "/etc/systemd/system/*.service",
            "/etc/systemd/system/*.service.d/*.conf",
            "/etc/crontab",
            "/etc/cron.d/*",
            "/var/spool/cron/crontabs/*");

    static List<Worker> find(Grounds host, Notes notes, List<String> told) {
        var workers = new ArrayList<Worker>();
        for (String place : told.isEmpty() ? places() : told) {
            for (String file : notes.glob(place)) {
                workers.addAll(in(host, file));
            }
        }
        return workers;
    }

    private static List<String> places() {
        var places = new ArrayList<>(PLACES);
        for (String root : List.of("/opt", "/srv", "/var/www", "/home")) {
            for (String name : List.of("compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.yaml")) {
                places.add(root + "/*/" + name);
            }
        }
        return places;
    }

    /** A file that cannot be read is told by the auditor of its program. */
    private static List<Worker> in(Grounds host, String file) {
        List<String> lines;
        try {
            lines = host.lines(file);
        } catch (IOException told) {
            return List.of();
        }
        var workers = new ArrayList<Worker>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.length() < 65_536
                    && line.contains("queue:work")
                    && !line.strip().startsWith("#")
                    && !line.strip().startsWith(";")) {
                workers.add(of(lines, i, file));
            }
        }
        return workers;
    }

    private static Worker of(List<String> lines, int at, String file) {
        var text = new StringBuilder(lines.get(at));
        for (int i = at; i + 1 < lines.size() && lines.get(i).endsWith("\\") && i < at + 20; i++) {
            text.setCharAt(text.length() - 1, ' ');
            text.append(lines.get(i + 1));
        }
        // A list of YAML or JSON has quotes, commas and brackets.
        List<String> words =
                List.of(text.toString().replaceAll("[\\[\\]\"',]", " ").strip().split("\\s+"));
        int work = words.indexOf("queue:work");
        List<String> after = work < 0 ? List.of() : words.subList(work + 1, words.size());
        String connection = !after.isEmpty()
                        && after.getFirst().matches("[A-Za-z0-9_-]+")
                        && !after.getFirst().startsWith("-")
                ? after.getFirst()
                : "";
        return new Worker(new Site(file, at + 1), application(words, lines, at), connection, after);
    }

    private static String application(List<String> words, List<String> lines, int at) {
        for (String word : words) {
            if (word.startsWith("/") && word.endsWith("/artisan")) {
                return word.substring(0, word.length() - "/artisan".length());
            }
        }
        int cd = words.indexOf("cd");
        if (cd >= 0 && cd + 1 < words.size() && words.get(cd + 1).startsWith("/")) {
            return words.get(cd + 1).replaceFirst("/+$", "");
        }
        // The same section of an ini file.
        for (int step : new int[] {-1, 1}) {
            for (int i = at + step; i >= 0 && i < lines.size() && !lines.get(i).startsWith("["); i += step) {
                String line = lines.get(i).strip();
                int is = line.indexOf('=');
                String key = is < 0 ? "" : line.substring(0, is).strip();
                if (key.equals("directory") || key.equals("WorkingDirectory")) {
                    return line.substring(is + 1).strip().replaceFirst("/+$", "");
                }
            }
        }
        return "";
    }

    /** The value of {@code --name=5} or {@code --name 5}; null: it is not given. */
    @Nullable
    String option(String name) {
        for (int i = 0; i < options.size(); i++) {
            String word = options.get(i);
            if (word.startsWith("--" + name + "=")) {
                return word.substring(name.length() + 3);
            }
            if (word.equals("--" + name)) {
                return i + 1 < options.size() ? options.get(i + 1) : "";
            }
        }
        return null;
    }
}
