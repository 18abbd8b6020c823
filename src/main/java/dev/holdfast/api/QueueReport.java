package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a queue is. Null is unknown.
 *
 * @param state open, paused (accepts, runs nothing), drained (runs what waits, accepts nothing) or disabled
 * @param pull whether workers take its jobs over HTTP
 * @param concurrency jobs that this host runs at once
 * @param maxLength jobs that may wait; 0: no bound
 * @param waiting jobs not begun, or to be tried again
 * @param delayed of them: not yet due
 * @param running on all hosts
 * @param oldestSeconds what could run has waited at most so long; null: nothing could
 * @param windowSeconds to which the next four refer
 * @param succeeded jobs that ended so, as {@code failed}
 * @param attempts that ended
 * @param failureRate share of failed jobs, 0 to 1; null: none ended
 * @param failedKept failed jobs that can be looked at and tried again
 * @param workers programs that run for it here, or workers that were heard of within their lease
 * @param memoryBytes that these programs use together; null: unknown, or workers of others
 * @param alerts thresholds that are passed now, in sentences
 * @param details null: not asked for
 */
@Json
public record QueueReport(
        String name,
        String state,
        boolean pull,
        int concurrency,
        int maxLength,
        long waiting,
        long delayed,
        long running,
        @Nullable Double oldestSeconds,
        long windowSeconds,
        long succeeded,
        long failed,
        long attempts,
        @Nullable Double failureRate,
        long failedKept,
        @Nullable Integer workers,
        @Nullable Long memoryBytes,
        List<String> alerts,
        @Nullable Details details) {
    public QueueReport {
        alerts = alerts == null ? List.of() : alerts;
    }

    /**
     * @param running what runs, at most 100
     * @param failures kept failed jobs by class of failure
     * @param workers that take jobs over HTTP
     */
    @Json
    public record Details(List<JobReport> running, Map<String, Long> failures, List<Worker> workers) {}

    /**
     * A worker that takes jobs over HTTP.
     *
     * @param taken jobs, since it was first heard of
     * @param holds jobs now
     * @param lastHeard ISO 8601
     * @param recycle whether it was asked to end
     */
    @Json
    public record Worker(String name, long taken, int holds, String since, String lastHeard, boolean recycle) {}
}
