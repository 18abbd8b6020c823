package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of queues and jobs. Thread-safe; each method may wait and is called on a thread that may. Each refuses
 * with 404 a queue or job that is unknown, and with 503, for which {@link Failure#later} tells when to ask again, while
 * the store cannot be asked. What is refused has changed nothing.
 */
public interface JobsPort {
    /**
     * @param jobs 1 to {@value Submissions#MOST}
     * @return one for each, in order; those accepted are on disk
     */
    Submitted submit(String queue, List<Submission> jobs, String by) throws Refused;

    QueueList queues() throws Refused;

    /** @param detailed with {@link QueueReport#details} */
    QueueReport queue(String name, boolean detailed) throws Refused;

    /** What to do with a queue. */
    enum Verb {
        PAUSE,
        /** Accepts and runs again. */
        RESUME,
        DRAIN
    }

    QueueReport steer(String queue, Verb verb, String by) throws Refused;

    /**
     * @param most 1 to 1000
     * @param after an id, the last one seen before; null: from the latest on
     */
    JobList list(JobFilter filter, int most, @Nullable String after) throws Refused;

    /** @param wait at most so long until it is over; zero: not at all */
    JobReport job(String id, Duration wait) throws Refused;

    /**
     * What waits is over at once; what runs is asked to end.
     *
     * @throws Refused 409 when it is over
     */
    JobStanding cancel(String id, String by) throws Refused;

    /**
     * Its attempts are counted anew.
     *
     * @throws Refused 409 when it is not failed or cancelled
     */
    JobStanding retry(String id, String by) throws Refused;

    /**
     * Deletes it.
     *
     * @throws Refused 409 when it is not over
     */
    void forget(String id, String by) throws Refused;

    /** @param filter whose state is failed or cancelled */
    JobCount retry(JobFilter filter, String by) throws Refused;

    /** @param filter whose state is one that is over */
    JobCount forget(JobFilter filter, String by) throws Refused;

    /** The hosts that do these jobs. */
    FleetReport fleet() throws Refused;

    // ── workers ──

    /**
     * @param take within its bounds
     * @throws Refused 409 when workers take no jobs of this queue: it runs a program
     */
    Taken take(String queue, Take take, String by) throws Refused;

    /** The answer did not reach the worker: as if nothing had been taken. */
    void putBack(Taken taken);

    /** @throws Refused 409 when the job is another's by now, as the next two */
    Beat heartbeat(String id, WorkerWord word) throws Refused;

    /** It succeeded. */
    JobStanding complete(String id, WorkerWord word) throws Refused;

    /** It failed, and is tried again if its queue says so. */
    JobStanding fail(String id, WorkerWord word) throws Refused;
}
