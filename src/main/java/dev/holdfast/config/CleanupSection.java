package dev.holdfast.config;

import dev.holdfast.unit.ByteSize;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of {@code cleanup:} as it is written. */
@Doc("a cleanup")
record CleanupSection(
        @Doc("absolute path of the directory in which is cleaned, which itself stays; * and ? match within one name."
                + " Never a system directory, nor Holdfast's own")
        @Required
        String path,

        @Doc("what is deleted; one of older_than, larger_than and keep_newest is needed") @Nullable
        FileMatch match,

        @Doc("of what type and name match, the newest so many stay, in each directory of path") @Nullable
        Integer keepNewest,

        @Doc("from one cleaning to the next; not given: when asked for") @Nullable
        Duration every,

        @Doc("attempts more when it fails, 10s later and then twice as long each time") @Default("0")
        int retry,

        @Doc("channels that are told when it fails") List<String> alert) {

    @Doc("what files")
    record FileMatch(
            @Doc("file: regular files, also in directories below; directory: those directly in path, each as a whole;"
                    + " not given: whatever lies directly in path")
            @Nullable
            FileType type,

            @Doc("the whole name; * and ? match, a leading dot is matched only by one") @Nullable
            String name,

            @Doc("since it was last written; of a directory the newest of all that is in it") @Nullable
            Duration olderThan,

            @Doc("its size; of a directory that of all files in it together") @Nullable
            ByteSize largerThan,

            @Doc("only what no process has open, works in or runs from")
            boolean unused,

            @Doc("what tells the age: modified, or changed, which a program cannot set back (find -ctime)")
            @Default("modified")
            CleanupSpec.Age age,

            @Doc("of type: file, how many directories deep: 1 is directly in path; not given: any") @Nullable
            Integer maxDepth) {}

    /** What kind of file. */
    enum FileType {
        FILE,
        DIRECTORY
    }
}
