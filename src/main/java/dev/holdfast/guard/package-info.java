/** Processes of the whole host, judged by rules: from what is seen to what is to be done. Pure. */
@NullMarked
package dev.holdfast.guard;

import org.jspecify.annotations.NullMarked;
