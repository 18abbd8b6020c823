package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Colours, or none.
 *
 * @param coloured whether escape sequences (ECMA-48 SGR) are written
 */
record Style(boolean coloured) {
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    /** What {@code --color} takes. */
    enum When {
        AUTO,
        ALWAYS,
        NEVER
    }

    /** A rendition. */
    enum Paint {
        PLAIN(""),
        BOLD("1"),
        DIM("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        BLUE("34"),
        MAGENTA("35"),
        CYAN("36");

        private final String code;

        Paint(String code) {
            this.code = code;
        }
    }

    /** As asked; when nobody asks, on a terminal unless NO_COLOR is set and not empty (no-color.org). */
    static Style of(When when, Map<String, String> environment) {
        return new Style(
                switch (when) {
                    case ALWAYS -> true;
                    case NEVER -> false;
                    case AUTO ->
                        environment.getOrDefault("NO_COLOR", "").isEmpty()
                                && !environment.getOrDefault("TERM", "").equals("dumb")
                                && onTerminal();
                });
    }

    /** Whether standard output is a terminal, wherever standard input comes from (which System.console would ask). */
    static boolean onTerminal() {
        return terminal(target(STDOUT));
    }

    /** Whether what is said beside the output is seen at once. */
    static boolean errorsOnTerminal() {
        return terminal(target(STDERR));
    }

    private static boolean terminal(String target) {
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    }

    /** Whether standard output has a reader that may go away. */
    static boolean onPipe() {
        String target = target(STDOUT);
        return target.startsWith("pipe:") || target.startsWith("socket:");
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException noProc) {
            return "";
        }
    }

    String paint(Paint paint, String text) {
        return coloured && paint != Paint.PLAIN && !text.isEmpty()
                ? "\u001b[" + paint.code + "m" + text + "\u001b[0m"
                : text;
    }

    /** How a state, or a finding's level, looks. */
    static Paint ofState(String state) {
        return switch (state) {
            case "up", "healthy", "ready", "ok", "running", "succeeded" -> Paint.GREEN;
            case "failed", "timeout", "unhealthy", "broken" -> Paint.RED;
            case "waiting",
                    "starting",
                    "stopping",
                    "backoff",
                    "retrying",
                    "paused",
                    "drained",
                    "weaker",
                    "presumed ready" -> Paint.YELLOW;
            case "down", "completed", "disabled", "cancelled" -> Paint.DIM;
            default -> Paint.PLAIN;
        };
    }
}
