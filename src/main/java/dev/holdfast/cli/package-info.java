/** The command line: checks that need no daemon, and the client of one. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
