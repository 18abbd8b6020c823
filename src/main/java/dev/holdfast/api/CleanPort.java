package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;

/** What can be asked of cleanups. Thread-safe; each method may wait and is called on a thread that may. */
public interface CleanPort {
    CleanList list() throws Refused;

    /**
     * Cleans, or tells what that would delete, and waits for the end of it.
     *
     * @throws Refused 404 for a name that is unknown, 409 when it runs already, 503 when it takes longer than a client waits
     */
    CleanReport clean(String name, boolean dryRun, String by) throws Refused;
}
