/** Thresholds of the whole host: what of it is beyond its bounds, and the steps that may mend it. Pure. */
@NullMarked
package dev.holdfast.host;

import org.jspecify.annotations.NullMarked;
