/** Wiring: the loop, start and adoption, reload, signals, PID 1 duties, shutdown. Nobody depends on it. */
@NullMarked
package dev.holdfast.daemon;

import org.jspecify.annotations.NullMarked;
