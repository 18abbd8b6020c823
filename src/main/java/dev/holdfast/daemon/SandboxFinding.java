package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.linux.sandbox.SandboxAbility;

/** What {@code doctor} says of sandboxes. */
final class SandboxFinding {
    private static final String PATHS = "protect_system, protect_home, read_only_paths and read_write_paths";
    private static final String OWN_NAMESPACES = "private_tmp, private_network and hostname";

    private SandboxFinding() {}

    /** Which options can be enforced here, and by what. */
    static Doctor.Finding of(SandboxAbility a) {
        String none = a.noNamespaces();
        if (none == null && a.canDrop()) {
            return HostFindings.ok(
                    "sandbox",
                    PATHS + ", " + OWN_NAMESPACES + ": by namespaces; capabilities, no_new_privileges: by the kernel");
        }
        String paths = none == null
                ? "by namespaces"
                : a.usableLandlock()
                        ? "by Landlock " + a.landlock() + ", which leaves modes, owners and times to change"
                        : "no (Landlock " + (a.landlock() == 0 ? "is missing" : a.landlock() + " is too old") + ")";
        return HostFindings.weaker(
                "sandbox",
                PATHS + ": " + paths + "; " + OWN_NAMESPACES + ": "
                        + (none == null ? "by namespaces" : "no (" + none + ")") + "; capabilities: "
                        + (a.canDrop() ? "by the kernel" : "no (CAP_SETPCAP is missing)")
                        + "; no_new_privileges: by the kernel; what says no is refused");
    }
}
