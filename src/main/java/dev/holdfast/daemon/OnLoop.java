package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import java.util.concurrent.Callable;

/** Has something done on the loop's thread, and waits for it. Thread-safe. */
@FunctionalInterface
interface OnLoop {
    <T> T call(Callable<T> task) throws Refused;
}
