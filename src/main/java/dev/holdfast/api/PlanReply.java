package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** What a reload would do, or did. */
@Json
public record PlanReply(List<Step> steps) {
    /**
     * @param process or schedule
     * @param verb keep, start, stop, restart or update of a process; keep, add, remove or change of a schedule
     * @param keys that differ
     * @param changes of these keys, as {@code key: old → new}
     */
    @Json
    public record Step(String process, String verb, List<String> keys, List<String> changes) {}
}
