/** What files of other supervisors are written in, read with the places of what they say. Pure; no value is judged. */
@NullMarked
package dev.holdfast.source;

import org.jspecify.annotations.NullMarked;
