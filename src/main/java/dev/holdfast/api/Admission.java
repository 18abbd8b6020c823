package dev.holdfast.api;

import java.util.Set;

/** Who may ask on the Unix socket, as the kernel says who they are (SO_PEERCRED, unix(7)). Thread-safe; may wait. */
@FunctionalInterface
public interface Admission {
    /**
     * @param user by name; by number when it has none
     * @param group of the process that connected, as {@code user}
     * @return none: it may ask nothing
     */
    Set<Scope> scopes(String user, String group);
}
