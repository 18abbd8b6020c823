package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The daemon, what it runs, what it runs at its time, and as jobs come.
 *
 * @param startedAt of the daemon, ISO 8601
 * @param degraded guarantees that are weaker here than promised, as sentences
 * @param scales processes whose number follows something
 * @param listens URLs at which the API is served beside the Unix socket
 */
@Json
public record Status(
        String version,
        int pid,
        String startedAt,
        String config,
        List<String> degraded,
        List<Replica> replicas,
        List<Schedule> schedules,
        List<Queue> queues,
        List<Scale> scales,
        List<String> listens) {
    /** An answer of a daemon that told nothing of schedules or queues has none. */
    public Status {
        schedules = schedules == null ? List.of() : schedules;
        queues = queues == null ? List.of() : queues;
        scales = scales == null ? List.of() : scales;
        listens = listens == null ? List.of() : listens;
    }

    /**
     * How many of a process there are to be.
     *
     * @param replicas asked for now
     * @param wanted how many the figure alone asks for, within min and max; null: not known
     * @param by what it follows, such as {@code queue media, 5 a replica}
     * @param figure jobs, or the probe's number; of processors a share, 1 being one, or the whole limit; of latency
     *     seconds; null: not known
     * @param reason why there are not more or fewer: as_wanted, max, up_cooldown, down_cooldown, moving, ill, no_figure,
     *     memory, by_hand, stopped
     * @param detail the same in words
     */
    @Json
    public record Scale(
            String process,
            int replicas,
            @Nullable Integer wanted,
            int min,
            int max,
            String by,
            @Nullable Double figure,
            String reason,
            String detail) {}

    /**
     * One queue, as far as this host works for it; what waits is told by its own report.
     *
     * @param running jobs that this host holds
     * @param concurrency of them at once
     * @param pull whether workers take its jobs
     * @param trouble why no jobs are taken now; null: they are
     * @param log the file that holds the output of its jobs
     */
    @Json
    public record Queue(
            String name,
            int running,
            int concurrency,
            boolean pull,
            boolean enabled,
            @Nullable String trouble,
            String log) {}

    /**
     * One replica.
     *
     * @param name {@code web}, or {@code web/2} when the process has several
     * @param state down, waiting, starting, up, unhealthy, stopping, backoff, completed, failed
     * @param wanted whether it shall run
     * @param pid null when nothing runs
     * @param since when it took on this state, ISO 8601
     * @param seconds since then
     * @param health empty without a check
     * @param detail what it waits for, or how it ended last
     * @param cpuPercent of one core, since the last time somebody looked; null when nothing runs
     * @param cpuLimit in cores; null when it has none
     * @param cpuSeconds user and system, of its group in its life; without one, of its tree as it is now
     * @param memoryBytes of its group, page cache included; without one, resident of its tree
     * @param memoryPeakBytes the most so far; null without a group
     * @param memoryLimitBytes null when it has none
     * @param pids processes and threads
     * @param pidsLimit null when it has none
     * @param log the file that holds its output
     * @param enforcedBy who keeps its limits: kernel, watch, both with a comma between, or nobody; null when it has none
     * @param weaker which of its limits are only watched, or kept by nobody, and why; null when the kernel keeps all
     * @param absent there is no replica: this only says, in {@code detail}, why the process has none
     */
    @Json
    public record Replica(
            String process,
            int index,
            String name,
            String state,
            boolean wanted,
            @Nullable Integer pid,
            String since,
            long seconds,
            int restarts,
            String health,
            String detail,
            @Nullable Double cpuPercent,
            @Nullable Double cpuLimit,
            @Nullable Double cpuSeconds,
            @Nullable Long memoryBytes,
            @Nullable Long memoryPeakBytes,
            @Nullable Long memoryLimitBytes,
            @Nullable Long pids,
            @Nullable Integer pidsLimit,
            String log,
            @Nullable String enforcedBy,
            @Nullable String weaker,
            boolean absent) {}

    /**
     * One schedule.
     *
     * @param timing as it is configured
     * @param state idle, running, stopping, claiming, waiting, retrying, paused or disabled
     * @param next when it is due next, ISO 8601; null: not foreseen
     * @param pending runs that wait behind the present one
     * @param paused why; null: it is not
     * @param failures failed runs in a row
     * @param lastStarted of the last attempt that ended, ISO 8601; null: none has
     * @param lastResult success, failed, timeout, stopped or unknown
     * @param lastDetail in words
     * @param log the file that holds its output
     */
    @Json
    public record Schedule(
            String name,
            String timing,
            String state,
            @Nullable String next,
            int pending,
            @Nullable String paused,
            int failures,
            @Nullable String lastStarted,
            @Nullable String lastEnded,
            @Nullable String lastResult,
            @Nullable String lastDetail,
            String log) {}
}
