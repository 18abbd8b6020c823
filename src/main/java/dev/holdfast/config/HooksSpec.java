package dev.holdfast.config;

import org.jspecify.annotations.Nullable;

/**
 * Hooks around start and stop. A failed {@code preStart} fails the start; the others only warn.
 */
public record HooksSpec(
        @Nullable HookSpec preStart,
        @Nullable HookSpec postStart,
        @Nullable HookSpec preStop,
        @Nullable HookSpec postStop) {}
