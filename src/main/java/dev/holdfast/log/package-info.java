/** Captured output: pump, lines, files, rotation, reading back. */
@NullMarked
package dev.holdfast.log;

import org.jspecify.annotations.NullMarked;
