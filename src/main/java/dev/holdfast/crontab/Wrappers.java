package dev.holdfast.crontab;

import dev.holdfast.source.ShellWords.Word;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes programs that only wrap another one off the front of a command, and notes as keys what they would do. */
final class Wrappers {
    private static final Set<String> SWITCHES_OF_SYSTEMD_RUN = Set.of(
            "--user",
            "--system",
            "--scope",
            "--quiet",
            "-q",
            "--wait",
            "--pipe",
            "-P",
            "--collect",
            "-G",
            "--no-block",
            "--same-dir",
            "-d",
            "--pty",
            "-t",
            "--no-ask-password");
    private static final Map<String, String> CLASSES = Map.of(
            "1",
            "realtime",
            "realtime",
            "realtime",
            "2",
            "best-effort",
            "best-effort",
            "best-effort",
            "3",
            "idle",
            "idle",
            "idle");

    private final List<Word> words;
    private final Keys keys;
    private int at;

    Wrappers(List<Word> words, Keys keys) {
        this.words = words;
        this.keys = keys;
    }

    /** How many words the wrappers take; what follows is the command. */
    int strip() {
        int done = 0;
        while (one()) {
            done = at;
        }
        return done;
    }

    /** A wrapper that is not understood whole is no wrapper: it stays, and says why. */
    private boolean one() {
        if (at >= words.size() || !words.get(at).literal()) {
            return false;
        }
        int start = at;
        String program = base(words.get(at).text());
        var before = Map.copyOf(keys.plain);
        boolean understood = switch (program) {
            case "timeout" -> timeout();
            case "nice" -> nice();
            case "ionice" -> ionice();
            case "systemd-run" -> systemdRun();
            case "flock" -> flock();
            case "env" -> env();
            default -> assignment();
        };
        boolean something = at < words.size();
        if (!understood || !something) {
            at = start;
            keys.plain.keySet().retainAll(before.keySet());
            keys.plain.putAll(before);
            if (Set.of("timeout", "nice", "ionice", "systemd-run", "flock").contains(program)) {
                keys.remark(program + " is left in the command: not all of it is understood");
            }
            return false;
        }
        return true;
    }

    private static String base(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private @Nullable String next() {
        at++;
        return at < words.size() && words.get(at).literal() ? words.get(at).text() : null;
    }

    /** The value of {@code -n5}, {@code -n 5}, {@code --name=5}, {@code --name 5}; null: it is another option. */
    private @Nullable String value(String option, String brief, String lengthy) {
        if (option.startsWith(lengthy + "=")) {
            return option.substring(lengthy.length() + 1);
        }
        if (option.equals(brief) || option.equals(lengthy)) {
            return next();
        }
        return !brief.isEmpty() && option.startsWith(brief) && !option.startsWith("--")
                ? option.substring(brief.length())
                : null;
    }

    private boolean timeout() {
        String word = next();
        while (word != null && word.startsWith("-")) {
            String signal = value(word, "-s", "--signal");
            String kill = signal == null ? value(word, "-k", "--kill-after") : null;
            String grace = kill == null ? null : duration(kill);
            if (signal != null) {
                keys.put("stop.signal", signal);
            } else if (grace != null) {
                keys.put("stop.timeout", grace);
            } else if (!Set.of("--foreground", "--preserve-status", "-v", "--verbose")
                    .contains(word)) {
                return false;
            }
            word = next();
        }
        String duration = word == null ? null : duration(word);
        if (duration == null) {
            return false;
        }
        if (!duration.equals("0s")) {
            keys.put("timeout", duration);
        }
        at++;
        return true;
    }

    /** timeout(1): a number with s, m, h or d; whole milliseconds at least. */
    private static @Nullable String duration(String text) {
        if (!text.matches("\\d{1,9}(\\.\\d{1,3})?[smhd]?")) {
            return null;
        }
        char unit = text.charAt(text.length() - 1);
        boolean bare = Character.isDigit(unit);
        String number = bare ? text : text.substring(0, text.length() - 1);
        if (!number.contains(".")) {
            long n = Long.parseLong(number);
            boolean minutes = (bare || unit == 's') && n >= 60 && n % 60 == 0;
            return minutes ? n / 60 + "m" : n + (bare ? "s" : String.valueOf(unit));
        }
        long scale = unit == 'm' ? 60_000 : unit == 'h' ? 3_600_000 : unit == 'd' ? 86_400_000 : 1_000;
        return new BigDecimal(number).multiply(BigDecimal.valueOf(scale)).toBigInteger() + "ms";
    }

    private boolean nice() {
        String word = next();
        String adjustment = "10"; // nice(1)
        while (word != null && word.startsWith("-")) {
            if (word.matches("-\\d{1,2}")) {
                adjustment = word.substring(1);
            } else {
                String value = value(word, "-n", "--adjustment");
                if (value == null || !value.matches("[+-]?\\d{1,2}")) {
                    return false;
                }
                adjustment = value.startsWith("+") ? value.substring(1) : value;
            }
            word = next();
        }
        keys.put("nice", adjustment);
        return word != null;
    }

    private boolean ionice() {
        String word = next();
        String ioClass = "best-effort"; // ionice(1), when only a level is given
        while (word != null && word.startsWith("-")) {
            String level = value(word, "-n", "--classdata");
            String written = level == null ? value(word, "-c", "--class") : null;
            String known = written == null ? null : CLASSES.get(written.toLowerCase(Locale.ROOT));
            if (level != null && level.matches("[0-7]")) {
                keys.put("io.priority", level);
            } else if (known != null) {
                ioClass = known;
            } else if (!word.equals("-t") && !word.equals("--ignore")) {
                return false;
            }
            word = next();
        }
        keys.put("io.class", ioClass);
        return word != null;
    }

    private boolean systemdRun() {
        String word = next();
        var properties = new Properties(keys);
        while (word != null && word.startsWith("-")) {
            if (word.equals("--")) {
                word = next();
                break;
            }
            String property = value(word, "-p", "--property");
            if (property != null) {
                properties.set(property);
            } else if (!SWITCHES_OF_SYSTEMD_RUN.contains(word) && !option(word, properties)) {
                return false;
            }
            word = next();
        }
        properties.finish();
        return word != null;
    }

    private boolean option(String word, Properties properties) {
        for (var known : Map.of(
                        "--uid", "User",
                        "--gid", "Group",
                        "--nice", "Nice",
                        "--working-directory", "WorkingDirectory")
                .entrySet()) {
            String value = value(word, "", known.getKey());
            if (value != null) {
                properties.set(known.getValue() + "=" + value);
                return true;
            }
        }
        String set = value(word, "-E", "--setenv");
        if (set != null && set.contains("=")) {
            variable(set);
            return true;
        }
        for (String named : List.of("--slice", "--unit", "--description")) {
            String value = value(word, "", named);
            if (value != null) {
                keys.remark("systemd-run " + named + "=" + value + " has no key; each run has a group of its own");
                return true;
            }
        }
        return false;
    }

    private boolean flock() {
        String word = next();
        boolean waits = true;
        while (word != null && word.startsWith("-")) {
            if (word.equals("-n") || word.equals("--nonblock") || word.equals("--nb")) {
                waits = false;
            } else if (!Set.of("-x", "-e", "--exclusive", "-o", "--close", "-F", "--no-fork")
                    .contains(word)) {
                return false;
            }
            word = next();
        }
        if (word == null) {
            return false;
        }
        keys.put("flock", word);
        keys.put("overlap", waits ? "queue" : "skip");
        word = next();
        if (word != null && (word.equals("-c") || word.equals("--command"))) {
            return false;
        }
        return word != null;
    }

    private boolean env() {
        String word = next();
        while (word != null && word.matches("[A-Za-z_]\\w*=.*")) {
            variable(word);
            word = next();
        }
        return word != null && !word.startsWith("-");
    }

    /** NAME=VALUE before a command is a variable of it. */
    private boolean assignment() {
        String word = words.get(at).text();
        if (!word.matches("(?s)[A-Za-z_]\\w*=.*")) {
            return false;
        }
        variable(word);
        at++;
        return true;
    }

    private void variable(String assignment) {
        int is = assignment.indexOf('=');
        keys.env.put(assignment.substring(0, is), assignment.substring(is + 1));
    }
}
