/** Directories of jobs: made, measured, delivered from, removed whole, and swept; by handles, never through a symlink. */
@NullMarked
package dev.holdfast.workdir;

import org.jspecify.annotations.NullMarked;
