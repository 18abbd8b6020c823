package dev.holdfast.linux;

import java.io.IOException;
import java.util.List;

/**
 * What a program is kept from, taken on by the thread that spawns it, in three steps: what only root can, before the thread
 * gives that up; the capabilities, around the change of user; and last what nobody can take back. Each fails the spawn.
 */
public interface Enclosure {
    /**
     * Namespaces and what is in them.
     *
     * @param reachable what the program must find wherever it lies
     */
    void enter(List<String> reachable) throws IOException;

    /** Right before the thread becomes the program's user, who is root or is not. */
    void beforeUser(boolean root) throws Errno;

    /** Right after. */
    void afterUser(boolean root) throws Errno;

    /**
     * The last step before the program.
     *
     * @param reachable as before
     * @param pipes what the child opens by descriptor before it is its program, or may open again
     */
    void seal(List<String> reachable, List<Fd> pipes) throws IOException;

    /** What to add to the news that {@code path} is not there; or empty. */
    String hint(String path);
}
