package dev.holdfast.log;

import java.nio.file.Path;

/**
 * Where one replica's output goes, and how.
 *
 * @param label such as {@code web/0}, for the foreground
 * @param source whose lines they are
 * @param file the current file; older ones are {@code FILE.1}, {@code FILE.2} and so on
 * @param format of a line in the file
 * @param rotation when a new file is begun, and what becomes of the old
 * @param rules what is done to lines first
 */
public record LogTarget(String label, Source source, Path file, Format format, Rotation rotation, LineRules rules) {}
