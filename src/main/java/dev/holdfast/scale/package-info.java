/** How many replicas there are to be, by what there is to do; pure. */
@NullMarked
package dev.holdfast.scale;

import org.jspecify.annotations.NullMarked;
