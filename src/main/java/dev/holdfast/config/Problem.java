package dev.holdfast.config;

import java.util.Collection;

/**
 * One thing wrong with a configuration.
 *
 * @param line from 1
 * @param column from 1
 * @param message what is wrong, the value, what is allowed, and what may have been meant
 */
public record Problem(String file, int line, int column, String message) implements Comparable<Problem> {
    /** {@code , did you mean x?} when one of {@code known} is near; else nothing. */
    public static String hint(String given, Collection<String> known) {
        return Problems.hint(given, known);
    }

    @Override
    public int compareTo(Problem other) {
        int c = file.compareTo(other.file);
        c = c != 0 ? c : Integer.compare(line, other.line);
        c = c != 0 ? c : Integer.compare(column, other.column);
        return c != 0 ? c : message.compareTo(other.message);
    }

    /** {@code file:line:column: message}, as compilers and editors have it. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + message;
    }
}
