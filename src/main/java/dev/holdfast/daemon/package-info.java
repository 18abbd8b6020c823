/** Wires the rooms together: main loop, reload, adoption, PID 1 duties, shutdown. */
@NullMarked
package dev.holdfast.daemon;

import org.jspecify.annotations.NullMarked;
