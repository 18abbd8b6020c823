package dev.holdfast.api;

import java.time.Duration;
import java.util.List;

/**
 * What can be asked of a running daemon. Thread-safe; each method may wait and is called on a thread that may.
 */
public interface ControlPort {
    /**
     * @param names of processes, replicas and schedules; empty means all
     * @throws Refused 404 for a name that is unknown
     */
    Status status(List<String> names) throws Refused;

    /** What to do with processes. */
    enum Verb {
        START,
        STOP,
        RESTART,
        SIGNAL,
        SCALE
    }

    /**
     * @param by who asks, for people
     * @throws Refused 404 for a name that is unknown, 400 for a signal or number that is none, 409 when it could have no
     *     effect as things are
     */
    Done act(Verb verb, Request request, String by) throws Refused;

    /** @throws Refused 422 when the file is not sound */
    PlanReply plan() throws Refused;

    /** Takes the file as it is now. @throws Refused 422 when it is not sound, 409 at the end; then nothing has changed */
    PlanReply reload(String by) throws Refused;

    /**
     * @param name of a process, a replica or a schedule
     * @throws Refused 404 for a name that is unknown
     */
    Why why(String name, int ends, int lines) throws Refused;

    Doctor doctor();

    /** Log files may have been renamed: when this returns, what programs print goes to files by their names. */
    void reopenLogs(String by) throws Refused;

    /** What can be asked of schedules. */
    CronPort cron();

    /** How all of it is. */
    HealthReport health() throws Refused;

    /**
     * What was measured lately.
     *
     * @param of {@code host}, {@code process:NAME} or {@code process:NAME/INDEX}
     * @param metric cpu, memory or restarts
     * @param span 1h, 24h or 30d
     * @throws Refused 404 when nothing is known of that
     */
    HistoryReport history(String of, String metric, String span) throws Refused;

    /**
     * What this host did, and what follows from it.
     *
     * @param since how far back, 1h to 30d
     * @throws Refused 503 when it cannot be told now
     */
    UsageReport report(Duration since) throws Refused;

    /** What can be asked of cleanups. */
    CleanPort cleanups() throws Refused;

    /**
     * What can be asked of queues.
     *
     * @throws Refused when there are none here
     */
    JobsPort jobs() throws Refused;

    /**
     * What can be asked of alerts.
     *
     * @throws Refused 409 when nobody is told of any
     */
    AlertsPort alerts() throws Refused;

    /** What can be asked of tokens. */
    TokensPort tokens();

    /** What was written down. */
    RecordsPort records();

    /**
     * What the last audit has found.
     *
     * @throws Refused 409 when the host is not audited, 503 until the first audit has ended
     */
    FindingList findings() throws Refused;

    /**
     * Audits the host anew, or waits for the audit that is under way.
     *
     * @throws Refused 409 when the host is not audited, 503 when one has just ended or it lasts too long
     */
    FindingList auditNow() throws Refused;

    /** @throws Refused 409 when there is no guard */
    GuardReport guard() throws Refused;

    /**
     * @param name of a process, or a replica
     * @throws Refused 404 for a name that is unknown
     */
    ProcessConfiguration configuration(String name) throws Refused;

    /** Stops everything and ends the daemon; returns at once. */
    void down(String by);

    /** A request that was understood and not granted. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final transient Failure failure;

        public Refused(int status, Failure failure) {
            super(failure.error());
            this.status = status;
            this.failure = failure;
        }

        /** An HTTP status, 400 to 599. */
        public int status() {
            return status;
        }

        public Failure failure() {
            return failure;
        }
    }
}
