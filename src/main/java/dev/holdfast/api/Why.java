package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why replicas of a process, or runs of a schedule, ended.
 *
 * @param scale why there are as many; null: their number follows nothing
 */
@Json
public record Why(List<Replica> replicas, Status.@Nullable Scale scale) {
    /**
     * @param now its state, and what it waits for, in a sentence
     * @param uses what it uses now beside its limits, and who keeps those; null when nothing runs
     * @param ends the last ones, newest first; of a schedule those that failed
     * @param history the last that happened to it, oldest first
     * @param schedule whether it is one
     * @param guard what rules over all processes found of it, and did, oldest first; null: a daemon before
     *     this version does not tell
     */
    @Json
    public record Replica(
            String name,
            String now,
            @Nullable String uses,
            List<End> ends,
            List<Happening> history,
            boolean schedule,
            @Nullable List<ByGuard> guard) {}

    /**
     * What a rule of the guard found.
     *
     * @param at ISO 8601
     * @param kind such as fired, escalated, ended or spared
     * @param what whom it was about, what was measured, and what was done, in words
     * @param evidence the last values that were measured; empty but where the rule fired
     */
    @Json
    public record ByGuard(String at, String kind, String rule, String what, List<String> evidence) {}

    /**
     * A start, a failed start, a request, an end.
     *
     * @param at ISO 8601
     * @param what in words
     */
    @Json
    public record Happening(String at, String what) {}

    /**
     * One end.
     *
     * @param at ISO 8601
     * @param how such as {@code exited with 7} or {@code killed by SIGKILL}
     * @param reason who asked for it, or that nobody did
     * @param seconds it had run
     * @param cpuSeconds null when unknown
     * @param maxRssBytes the most memory of its group; without one, the largest resident set of any process of it; null
     *     when unknown
     * @param lastLines of its output before that
     */
    @Json
    public record End(
            String at,
            String how,
            String reason,
            double seconds,
            @Nullable Double cpuSeconds,
            @Nullable Long maxRssBytes,
            List<String> lastLines) {}
}
