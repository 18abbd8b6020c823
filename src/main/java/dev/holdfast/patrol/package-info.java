/** The guard's eyes and hands: looks at all processes, and does what the rules say; in the daemon and without one. */
@NullMarked
package dev.holdfast.patrol;

import org.jspecify.annotations.NullMarked;
