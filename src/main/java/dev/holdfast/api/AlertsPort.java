package dev.holdfast.api;

/** What can be asked of alerts. Thread-safe; each method may wait and is called on a thread that may. */
public interface AlertsPort {
    AlertList list() throws ControlPort.Refused;

    /** @throws ControlPort.Refused 400 for a pattern or a time that is none */
    AlertHushed silence(AlertHush hush, String by) throws ControlPort.Refused;

    /** @throws ControlPort.Refused 404 when there is no silence of this pattern */
    AlertHushed unsilence(String pattern) throws ControlPort.Refused;

    /**
     * Really sends a message, past all rules, and waits for what comes of it.
     *
     * @throws ControlPort.Refused 404 for a channel that is unknown
     */
    AlertTest test(String channel, String by) throws ControlPort.Refused;
}
