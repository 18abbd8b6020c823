/** Quantities as types: sizes, CPU amounts, thresholds, windows, times. Immutable, thread-safe. */
@NullMarked
package dev.holdfast.unit;

import org.jspecify.annotations.NullMarked;
