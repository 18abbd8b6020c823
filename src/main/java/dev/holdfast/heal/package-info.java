/** What is beyond its bounds, for how long, and the steps that may mend it. Pure. */
@NullMarked
package dev.holdfast.heal;

import org.jspecify.annotations.NullMarked;
