/** Services of compose files. Pure. */
@NullMarked
package dev.holdfast.audit.compose;

import org.jspecify.annotations.NullMarked;
