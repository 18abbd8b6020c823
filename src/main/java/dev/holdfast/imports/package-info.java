/** Files of other supervisors to a configuration as text, with what was not carried over as comments. Pure. */
@NullMarked
package dev.holdfast.imports;

import org.jspecify.annotations.NullMarked;
