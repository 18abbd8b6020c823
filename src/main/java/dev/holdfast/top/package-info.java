/** The terminal view: what it shows and how keys steer it are pure functions; {@code Top} alone has a terminal. */
@NullMarked
package dev.holdfast.top;

import org.jspecify.annotations.NullMarked;
