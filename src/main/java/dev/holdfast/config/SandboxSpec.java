package dev.holdfast.config;

import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What a program is kept from, as systemd.exec(5) has it.
 *
 * @param protectSystem null: nothing
 * @param readWritePaths absolute, without {@code .} and {@code ..}, as readOnlyPaths
 * @param hostname null keeps the host's
 * @param capabilities null keeps them all
 */
public record SandboxSpec(
        boolean noNewPrivileges,
        @Nullable ProtectSystem protectSystem,
        boolean protectHome,
        boolean privateTmp,
        List<String> readWritePaths,
        List<String> readOnlyPaths,
        boolean privateNetwork,
        @Nullable String hostname,
        @Nullable CapabilitiesSpec capabilities) {
    /** How much of the system is read-only. */
    public enum ProtectSystem {
        FULL,
        STRICT
    }

    /**
     * Names as in {@link dev.holdfast.unit.Capability}; one of the two counts.
     *
     * @param keep only these, which a user other than root then has too; null: drop says
     * @param drop all but these; null: keep says
     */
    public record CapabilitiesSpec(
            @Nullable SortedSet<String> keep, @Nullable SortedSet<String> drop) {}
}
