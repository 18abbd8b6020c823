/** Captured output: from pipes to lines in files, exactly once, and back. */
@NullMarked
package dev.holdfast.log;

import org.jspecify.annotations.NullMarked;
