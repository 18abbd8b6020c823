/** From limits and sandboxes as configured to what the kernel is asked for: of the daemon's processes and of {@code run}. */
@NullMarked
package dev.holdfast.confine;

import org.jspecify.annotations.NullMarked;
