package dev.holdfast.config;

import org.jspecify.annotations.Nullable;

/**
 * Where a process's output is kept.
 *
 * @param path the file; null: {@code LOG_DIR/NAME.INDEX.log}
 * @param maxSizeBytes rotate when the next line would pass it
 * @param maxBackups rotated files kept, {@code FILE.1} the newest
 */
public record LogSpec(@Nullable String path, long maxSizeBytes, int maxBackups) {}
