package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * Jobs, the latest submitted first.
 *
 * @param more whether there are others after them
 */
@Json
public record JobList(List<JobReport> jobs, boolean more) {}
