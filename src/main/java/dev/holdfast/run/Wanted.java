package dev.holdfast.run;

import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.ResourcesSpec;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be run, and within what.
 *
 * @param launch a working directory of null is the caller's own; passed variables are not looked at
 * @param umask null keeps the caller's; in place of the one in {@code launch}
 * @param timeout null is none; it is above 0
 * @param signal by which it is asked to end at the timeout
 * @param grace between that, or a TERM from outside, and SIGKILL
 * @param strict refuse what the kernel would not keep
 */
public record Wanted(
        LaunchSpec launch,
        @Nullable Integer umask,
        ResourcesSpec resources,
        @Nullable Duration timeout,
        Signal signal,
        Duration grace,
        boolean strict) {
    /** The program's name, for people. */
    String name() {
        String program = launch.command().argv().getFirst();
        return program.substring(program.lastIndexOf('/') + 1);
    }
}
