package dev.holdfast.api;

import java.util.List;

/** What can be asked of schedules. Thread-safe; each method may wait and is called on a thread that may. */
public interface CronPort {
    CronList list() throws ControlPort.Refused;

    /**
     * @param most 1 to 1000
     * @return due times to come, jitter included
     * @throws ControlPort.Refused 404 for a name that is unknown
     */
    List<String> next(String name, int most) throws ControlPort.Refused;

    /**
     * Runs it now, beside its due times.
     *
     * @param request whether to wait for its end, and how long
     * @throws ControlPort.Refused 404 for a name that is unknown, 409 when the last run is not over
     */
    CronDone run(String name, Request request, String by) throws ControlPort.Refused;

    /** @throws ControlPort.Refused 404 for a name that is unknown, 409 when it is so already */
    void pause(String name, boolean paused, String by) throws ControlPort.Refused;

    /**
     * @param most 1 to 1000 attempts
     * @param lines of output of each
     * @throws ControlPort.Refused 404 for a name that is unknown
     */
    CronHistory history(String name, int most, int lines) throws ControlPort.Refused;

    /** How schedules pile up on a day, and how they might not. */
    List<String> overlaps() throws ControlPort.Refused;
}
