/** {@code holdfast run}: one command inside its limits, until nothing of it is left. */
@NullMarked
package dev.holdfast.run;

import org.jspecify.annotations.NullMarked;
