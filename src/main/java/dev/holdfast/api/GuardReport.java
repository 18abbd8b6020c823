package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the guard sees, and has done.
 *
 * @param interval from one look to the next, such as {@code 5s}
 * @param dryRun nothing is done, whatever the rules say
 * @param history the last that it found and did, oldest first
 */
@Json
public record GuardReport(
        String interval, boolean dryRun, List<GuardReport.Rule> rules, List<GuardReport.Happening> history) {
    /**
     * A rule.
     *
     * @param what its conditions, such as {@code cpu > 80% for 2m}
     * @param action what it does
     * @param together what is measured of all that match, in sentences
     */
    @Json
    public record Rule(
            String name, String what, String action, List<GuardReport.Match> matches, List<String> together) {}

    /**
     * A process that matches.
     *
     * @param command as it may be shown
     * @param cpuPercent of one core; null: not known yet
     * @param seconds since it was started
     * @param due whether the rule holds for it
     * @param protection why it is left alone; null: it is not
     * @param conditions what was measured, in sentences
     */
    @Json
    public record Match(
            int pid,
            String name,
            String user,
            String command,
            @Nullable Double cpuPercent,
            long memoryBytes,
            long seconds,
            boolean due,
            @Nullable String protection,
            List<String> conditions) {}

    /**
     * A finding.
     *
     * @param at ISO 8601
     * @param kind fired, spared, held-back, cleared, ended, escalated, stays or refused
     * @param pid null: it is about all that match together; as the next two
     * @param deed what is done about it, or would be
     * @param evidence what was measured
     */
    @Json
    public record Happening(
            String at,
            String kind,
            String rule,
            @Nullable Long pid,
            @Nullable String user,
            @Nullable String command,
            String why,
            String deed,
            List<String> evidence,
            boolean dryRun) {}
}
