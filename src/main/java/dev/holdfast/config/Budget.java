package dev.holdfast.config;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * How much one configuration may be. It is read by the running daemon too, beside the one that is in force, within the
 * heap that {@code build/image} gives: what would not fit there is refused in words. The numbers are far above real use
 * and were measured against that heap ({@code LargestConfigurationTest}).
 */
final class Budget {
    static final int FILE_BYTES = 4 << 20;
    static final int ALL_BYTES = 6 << 20;
    static final int FILES = 1_000;
    static final int INCLUDES_DEEP = 16;
    static final int DEPTH = 64;
    /** Scalars, lists and mappings of all files, aliases and defaults laid out. */
    static final int NODES = 250_000;
    /** The kernel's own bound of one argument or variable, its end included (MAX_ARG_STRLEN, execve(2)). */
    static final int VALUE_BYTES = (128 << 10) - 1;

    static final int EXPANDED_CHARS = 2 << 20;
    static final int PROCESSES = 5_000;
    static final int REPLICAS = 10_000;

    private int files;
    private long bytes;
    private int written;
    private int bound;
    private long expanded;

    /** There is no use in reading on; {@link #problem} is why. */
    static final class Exceeded extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient @Nullable Problem problem;

        Exceeded(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem == null ? new Problem("?", 1, 1, String.valueOf(getMessage())) : problem;
        }
    }

    /** One more file of so many bytes; what is wrong with that, or null. */
    @Nullable
    String file(long size) {
        files++;
        bytes += size;
        if (size > FILE_BYTES) {
            return "has " + size + " bytes; a file has at most " + FILE_BYTES + " (4 MiB)";
        }
        if (bytes > ALL_BYTES) {
            return "makes it " + bytes + " bytes with the files before it; all files together have at most " + ALL_BYTES
                    + " (6 MiB)";
        }
        return files > FILES ? "is file number " + files + "; there are at most " + FILES : null;
    }

    /** One more scalar, list or mapping of a file. */
    void written(String file, int line, int column) {
        if (++written > NODES) {
            throw new Exceeded(new Problem(file, line, column, tooMany("")));
        }
    }

    /** One more value as it is used, {@code defaults} and aliases laid out; {@code grown} is its text when expanded. */
    void bound(Node at, String text, boolean grown) {
        expanded += grown ? text.length() : 0;
        if (++bound > NODES) {
            throw new Exceeded(Problems.at(at, tooMany(", defaults and aliases laid out")));
        }
        if (expanded > EXPANDED_CHARS) {
            throw new Exceeded(Problems.at(
                    at,
                    "variables have made the values " + expanded + " characters together; at most " + EXPANDED_CHARS
                            + " are read"));
        }
    }

    /** So many variables of a file, for one process. */
    void variables(Node at, int n) {
        bound += n;
        bound(at, "", false);
    }

    private static String tooMany(String how) {
        return "from here on it is too much: a configuration has at most " + NODES + " values, lists and mappings"
                + how;
    }
}
