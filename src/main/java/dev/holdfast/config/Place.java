package dev.holdfast.config;

/**
 * Where something is written.
 *
 * @param line from 1
 * @param column from 1
 */
public record Place(String file, int line, int column) {
    /** What is wrong there. */
    public Problem problem(String message) {
        return new Problem(file, line, column, message);
    }
}
