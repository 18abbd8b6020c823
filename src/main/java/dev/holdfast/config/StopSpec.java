package dev.holdfast.config;

import dev.holdfast.unit.Signal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a process is asked to end.
 *
 * @param signal sent to the process group, unless {@code command} is given
 * @param timeout grace from the request to SIGKILL of the whole instance
 * @param command run in place of the signal; its {@code $MAINPID} is the leader's pid
 */
public record StopSpec(
        Signal signal, Duration timeout, @Nullable CommandSpec command) {}
