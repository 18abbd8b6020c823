/** Commands: local checks and the client of the API. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
