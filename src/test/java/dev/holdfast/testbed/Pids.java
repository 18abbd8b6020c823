package dev.holdfast.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processes that are nobody's children any more. Thread-safe. */
public final class Pids {
    private Pids() {}

    /**
     * Whether it runs no more. A zombie does not: its parent may be a PID 1 or a subreaper that never waits, and of
     * those {@link ProcessHandle#isAlive} says that they live.
     */
    public static boolean ended(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException gone) {
            return true;
        }
    }
}
