package dev.holdfast.audit;

import java.util.List;

/**
 * A change of one file, whole lines: from {@code line} on {@code before} is replaced by {@code after}.
 *
 * @param line from 1; with nothing before, {@code after} comes in front of it, and one past the last appends
 * @param before as the lines are now, without their ends; a file that differs is not touched
 */
public record Edit(String file, int line, List<String> before, List<String> after) {
    public Edit {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
