/** Quantities as types: sizes, CPU amounts, thresholds, windows, times; and a server's address. Immutable, thread-safe. */
@NullMarked
package dev.holdfast.unit;

import org.jspecify.annotations.NullMarked;
