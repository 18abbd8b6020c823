package dev.holdfast.report;

import dev.holdfast.api.UsageReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a report is made of.
 *
 * @param zone whose hours and days are told
 * @param cores of the host
 * @param memoryBytes of the host; 0: not known
 * @param groups memory of replicas and tasks is their groups', page cache included; else what is resident: all that a
 *     replica is, but only the largest process of a task
 * @param cpu of the host in cores, means of steps
 * @param cpuPeaks the most of each step
 * @param memory of the host in bytes, the most of each step
 * @param works schedules and queues
 * @param happenings in the order of time
 * @param together minutes of a day on which most schedules are due
 * @param moved other expressions for schedules
 * @param notes what could not be gathered
 */
public record Facts(
        String host,
        Instant from,
        Instant until,
        ZoneId zone,
        int cores,
        long memoryBytes,
        boolean groups,
        Line cpu,
        Line cpuPeaks,
        Line memory,
        List<Replica> replicas,
        List<Work> works,
        List<Happening> happenings,
        List<Disk> disks,
        List<UsageReport.Together> together,
        List<UsageReport.Moved> moved,
        List<String> notes) {
    /**
     * A replica of a process, measured as the host is.
     *
     * @param cpuLimit cores; null: none
     * @param memoryLimit bytes; null: none
     * @param starts since the begin of the span, in order
     */
    public record Replica(
            String process,
            String name,
            Line cpu,
            Line cpuPeaks,
            Line memory,
            @Nullable Double cpuLimit,
            @Nullable Long memoryLimit,
            List<Instant> starts) {}

    /**
     * A schedule or a queue.
     *
     * @param timeout of an attempt; null: none
     * @param tasks attempts that ended, in any order
     * @param skipped due times that were left out since the last run was not over
     * @param waiting jobs now; 0 for schedules
     */
    public record Work(
            Kind kind,
            String name,
            @Nullable Double cpuLimit,
            @Nullable Long memoryLimit,
            @Nullable Duration timeout,
            List<Task> tasks,
            int skipped,
            int missed,
            long waiting) {}

    /** Of work. */
    public enum Kind {
        SCHEDULE,
        QUEUE
    }

    /**
     * An attempt.
     *
     * @param failure its kind; empty: it succeeded
     * @param cpuSeconds null: unknown
     * @param peakBytes null: unknown
     */
    public record Task(
            Instant began,
            Instant ended,
            String failure,
            String detail,
            @Nullable Double cpuSeconds,
            @Nullable Long peakBytes) {
        double seconds() {
            return Math.max(0, Duration.between(began, ended).toMillis() / 1000.0);
        }
    }

    /** Why something ended or began again; what is worse comes first. */
    public enum Reason {
        OOM("oom"),
        LIMIT("limit"),
        GUARD("guard"),
        GIVEN_UP("given-up"),
        CRASH("crash"),
        START_FAILED("start-failed"),
        KILLED("killed"),
        UNHEALTHY("unhealthy"),
        RESTART("restart");

        private final String written;

        Reason(String written) {
            this.written = written;
        }

        public String written() {
            return written;
        }
    }

    /**
     * Something that ended, or began again.
     *
     * @param name of a replica, or what the guard calls it
     * @param ownMemoryLimit it was killed by the memory limit of its own, by the kernel or by us
     */
    public record Happening(Instant at, String name, Reason reason, boolean ownMemoryLimit, String what) {
        /** Of what no limit of memory did. */
        public Happening(Instant at, String name, Reason reason, String what) {
            this(at, name, reason, false, what);
        }
    }

    /**
     * @param used bytes
     * @param sizeBytes what users may have in all
     */
    public record Disk(String mount, Line used, long sizeBytes) {}
}
