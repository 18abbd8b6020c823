package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code cleanup:}, with every default filled in.
 *
 * @param path absolute, without {@code .} and {@code ..}; a part may have * and ?
 * @param what which entries
 * @param namePattern * and ? match; null: any name
 * @param olderThan since the last write, of a directory of the newest in it; null: of any age
 * @param largerThan null: of any size
 * @param unused only what no process uses
 * @param maxDepth of files: 1 is directly in the path
 * @param keepNewest of what type and name match; 0: none
 * @param every null: when asked for
 * @param retry attempts more when it fails, 0 to 100
 */
public record CleanupSpec(
        String name,
        String path,
        @KeyName("match.type") What what,
        @KeyName("match.name") @Nullable String namePattern,
        @KeyName("match.older_than") @Nullable Duration olderThan,
        @KeyName("match.larger_than") @Nullable ByteSize largerThan,
        @KeyName("match.unused") boolean unused,
        @KeyName("match.age") Age age,
        @KeyName("match.max_depth") int maxDepth,
        int keepNewest,
        @Nullable Duration every,
        int retry,
        List<String> alert) {
    /** Which entries are meant. */
    public enum What {
        /** Regular files, at any depth. */
        FILES,
        /** Directories directly in the path. */
        DIRECTORIES,
        /** Whatever lies directly in the path. */
        ANYTHING
    }

    /** Which of a file's times counts. */
    public enum Age {
        MODIFIED,
        CHANGED
    }
}
