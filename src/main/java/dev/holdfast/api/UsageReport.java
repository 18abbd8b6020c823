package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host did in a span of time, and what follows from it. Times are ISO 8601, amounts bytes, cores or seconds.
 *
 * @param from the span's begin
 * @param until its end
 * @param zone whose hours and days are meant
 * @param stepSeconds of what was measured
 * @param findings what matters most, in sentences, the worst first; empty: nothing does
 * @param notes what is not known, and why
 */
@Json
public record UsageReport(
        String host,
        String from,
        String until,
        String zone,
        int stepSeconds,
        List<String> findings,
        List<String> notes,
        UsageReport.Machine machine,
        List<UsageReport.Program> processes,
        List<UsageReport.Work> schedules,
        List<UsageReport.Work> queues,
        List<UsageReport.Growth> growth,
        List<UsageReport.Limit> limits,
        List<UsageReport.Count> restarts,
        List<UsageReport.Ending> endings,
        UsageReport.Overlap overlaps,
        List<UsageReport.Failed> failed,
        List<UsageReport.Disk> disks) {
    /**
     * All of the host.
     *
     * @param cpuByHour the most cores used in each hour of the day, from 0 to 23; null: not known
     * @param memoryByHour the most bytes, likewise
     * @param runsByHour how many runs and jobs began, likewise
     */
    @Json
    public record Machine(
            int cores,
            long memoryBytes,
            @Nullable Double cpuMean,
            @Nullable Double cpuPeak,
            @Nullable Long memoryMean,
            @Nullable Long memoryPeak,
            List<@Nullable Double> cpuByHour,
            List<@Nullable Double> memoryByHour,
            List<Integer> runsByHour) {}

    /**
     * A process, all its replicas together but where it says otherwise.
     *
     * @param cpuSeconds processor time as far as it was measured
     * @param cpuMean cores
     * @param cpuPeak the most cores of one replica for five seconds
     * @param memoryMean of all replicas
     * @param memoryP99 of the peaks of one replica, as is {@code memoryPeak}
     * @param cpuLimit of one replica; null: none
     * @param memoryLimit as {@code cpuLimit}
     * @param starts how often a replica was started
     * @param busiestHour 0 to 23; null: not known
     * @param memory the replica with the highest peak over time, oldest first
     */
    @Json
    public record Program(
            String name,
            int replicas,
            double cpuSeconds,
            @Nullable Double cpuMean,
            @Nullable Double cpuPeak,
            @Nullable Long memoryMean,
            @Nullable Long memoryP99,
            @Nullable Long memoryPeak,
            @Nullable Double cpuLimit,
            @Nullable Long memoryLimit,
            int starts,
            @Nullable Integer busiestHour,
            List<@Nullable Double> memory) {}

    /**
     * A schedule's runs, or a queue's jobs, attempt by attempt.
     *
     * @param attempts that ended
     * @param skipped due times that were left out since the last run was not over
     * @param missed due times at which nobody was there
     * @param waiting jobs that wait now
     * @param busiestHour in which most began; null: none did
     */
    @Json
    public record Work(
            String name,
            int attempts,
            int succeeded,
            int failed,
            int skipped,
            int missed,
            long waiting,
            @Nullable Double meanSeconds,
            @Nullable Double p99Seconds,
            @Nullable Double longestSeconds,
            double cpuSeconds,
            @Nullable Long peakBytes,
            @Nullable Integer busiestHour) {}

    /**
     * Memory that grows, though nothing but time has passed.
     *
     * @param bytesPerDay the median of all slopes between two points (Theil and Sen)
     * @param fromBytes where that line begins
     * @param toBytes where it ends
     * @param seconds between the two
     * @param chance that what does not grow looks like this (Mann and Kendall), 0 to 1
     * @param limitAt when its limit is reached at this rate; null: it has none, or not within a year
     * @param memory over time, oldest first
     */
    @Json
    public record Growth(
            String name,
            double bytesPerDay,
            long fromBytes,
            long toBytes,
            long seconds,
            double chance,
            @Nullable String limitAt,
            List<@Nullable Double> memory) {}

    /**
     * A limit that does not fit.
     *
     * @param kind process, schedule or queue
     * @param what memory, cpu or timeout
     * @param unit bytes, cores or seconds
     * @param p99 of the peaks
     * @param reached how many of {@code of} peaks came to it
     * @param often true: it is often reached; false: it never is
     * @param proposal in the same unit
     * @param how the arithmetic
     */
    @Json
    public record Limit(
            String kind,
            String name,
            String what,
            String unit,
            double limit,
            @Nullable Double p99,
            @Nullable Double peak,
            int reached,
            int of,
            boolean often,
            double proposal,
            String how) {}

    /**
     * How often.
     *
     * @param reason restart, crash, oom, limit, guard, killed, start-failed, given-up or unhealthy
     */
    @Json
    public record Count(String name, String reason, int times) {}

    /** One of them. */
    @Json
    public record Ending(String at, String name, String reason, String what) {}

    /**
     * How runs of schedules met.
     *
     * @param mostAtOnce runs
     * @param mostAt when; null: there was none
     * @param pairs that ran together longest
     * @param together minutes of a day on which most are due
     * @param proposals other expressions, with which fewer would meet
     */
    @Json
    public record Overlap(
            int mostAtOnce,
            @Nullable String mostAt,
            List<UsageReport.Pair> pairs,
            List<UsageReport.Together> together,
            List<UsageReport.Moved> proposals) {}

    /** Two schedules whose runs ran together. */
    @Json
    public record Pair(String one, String other, int times, double seconds) {}

    /** @param at hours and minutes */
    @Json
    public record Together(String at, List<String> schedules) {}

    /** Another expression for a schedule. */
    @Json
    public record Moved(String schedule, String now, String better) {}

    /**
     * Failures of one kind.
     *
     * @param kind schedule or queue
     * @param failure such as oom, timeout or exit
     * @param detail of the last
     */
    @Json
    public record Failed(String kind, String name, String failure, int times, String lastAt, String detail) {}

    /**
     * A file system.
     *
     * @param sizeBytes what users may have in all
     * @param bytesPerDay by which it grows; null: it does not, as far as can be told
     * @param fullAt when it will be full at this rate; null: not within a year
     * @param used over time, oldest first
     */
    @Json
    public record Disk(
            String mount,
            long usedBytes,
            long sizeBytes,
            @Nullable Double bytesPerDay,
            @Nullable String fullAt,
            List<@Nullable Double> used) {}
}
