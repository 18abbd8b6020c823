/** Probes of what Holdfast does not run: when each is asked, and what follows from its answers. Pure. */
@NullMarked
package dev.holdfast.probe;

import org.jspecify.annotations.NullMarked;
