package dev.holdfast.crontab;

import dev.holdfast.source.ShellWords;
import dev.holdfast.source.ShellWords.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a schedule is called when its crontab does not say: by the program that it is for. Pure. */
final class Naming {
    private static final int LONGEST = 55;

    /** Commands that ask whether, or where, something is to run. */
    private static final Set<String> BEFORE = Set.of(
            "test", "[", "[[", "command", "type", "which", "cd", "true", "false", ":", "set", "export", "exit", "fi",
            "done", "}", "sleep", "echo", "umask", "ulimit", ".", "source");

    private static final Set<String> KEYWORDS = Set.of("if", "then", "elif", "else", "while", "do", "!", "{", "exec");
    private static final Pattern RUNNER = Pattern.compile("php[\\d.]*|python[\\d.]*|perl|ruby|node|sh|bash|run-parts");

    private Naming() {}

    /** @param shell a line for it; null: {@code argv} is the command */
    static String guessed(@Nullable String shell, List<String> argv) {
        List<String> command = shell == null ? argv : program(shell);
        String base = last(command.getFirst());
        boolean runs = RUNNER.matcher(base).matches();
        String what = command.stream()
                .skip(1)
                .limit(runs ? command.size() : 1)
                .filter(w -> !w.startsWith("-"))
                .findFirst()
                .filter(w -> !w.contains(" "))
                .map(Naming::last)
                .orElse("");
        String name = (what.isEmpty() ? base : base + "-" + what).replaceFirst("^[^A-Za-z0-9]+", "");
        return name.isEmpty() ? "job" : name.substring(0, Math.min(LONGEST, name.length()));
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /** The first command of the line that does more than to ask; else its first words. */
    private static List<String> program(String line) {
        List<Word> words = ShellWords.of(line);
        var command = new ArrayList<String>();
        boolean file = false;
        for (Word word : words == null ? List.<Word>of() : words) {
            boolean operator = !word.literal() && word.text().matches("[|&;()]{1,2}");
            if (operator && isProgram(command)) {
                return command;
            } else if (operator) {
                command.clear();
            } else if (!word.literal() && word.text().matches("\\d*[<>&]+[\\d-]*")) {
                file = !word.text().matches(".*[\\d-]");
            } else if (file) {
                file = false;
            } else if (!command.isEmpty()
                    || !(KEYWORDS.contains(word.text()) || word.text().matches("(?s)[A-Za-z_]\\w*=.*"))) {
                command.add(word.text());
            }
        }
        return isProgram(command) ? command : List.of(line.strip().split("\\s+", -1));
    }

    private static boolean isProgram(List<String> command) {
        boolean waits = command.size() > 2
                && command.get(1).equals("-e")
                && command.get(2).startsWith("sleep");
        return !command.isEmpty() && !waits && !BEFORE.contains(command.getFirst());
    }
}
