package dev.holdfast.config;

import java.time.Duration;

/**
 * A command run beside a process at one point of its life, as the same user.
 *
 * @param timeout after which its whole tree is killed and it counts as failed
 */
public record HookSpec(CommandSpec command, Duration timeout) {}
