package dev.holdfast.config;

import dev.holdfast.unit.Level;
import dev.holdfast.unit.Rate;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a process's output is kept, and what is done to it before.
 *
 * @param path the file; null: {@code LOG_DIR/NAME.INDEX.log}
 * @param format of a line in the file
 * @param lines what is done to lines first
 */
public record LogSpec(@Nullable String path, FileFormat format, RotationSpec rotation, Lines lines) {
    /** What holds when nothing is said. */
    public static final LogSpec DEFAULT = new LogSpec(null, FileFormat.PREFIXED, RotationSpec.DEFAULT, Lines.DEFAULT);

    /** How lines stand in a file. */
    public enum FileFormat {
        PREFIXED,
        RAW,
        JSON
    }

    /**
     * @param maxSizeBytes rotate when the next line would pass it
     * @param maxAge rotated files whose last line is older are deleted; null keeps them
     * @param maxBackups rotated files kept, {@code FILE.1} the newest
     * @param compress rotated files by gzip
     */
    public record RotationSpec(long maxSizeBytes, @Nullable Duration maxAge, int maxBackups, boolean compress) {
        /** What holds when nothing is said. */
        public static final RotationSpec DEFAULT = new RotationSpec(50L << 20, null, 5, false);
    }

    /**
     * @param minLevel null keeps all
     * @param labels that every line has
     * @param redact RE2 patterns
     * @param rateLimit of all replicas together
     */
    public record Lines(
            @Nullable Level minLevel,
            SortedMap<String, String> labels,
            @Nullable Multiline multiline,
            List<String> redact,
            @Nullable Rate rateLimit) {
        /** What holds when nothing is said. */
        public static final Lines DEFAULT =
                new Lines(null, java.util.Collections.emptySortedMap(), null, List.of(), null);
    }

    /**
     * @param start RE2 pattern of a first line
     * @param continuation RE2 pattern of a further line
     * @param maxWait for a further line
     */
    public record Multiline(
            @Nullable String start, @Nullable String continuation, int maxLines, long maxSizeBytes, Duration maxWait) {}
}
