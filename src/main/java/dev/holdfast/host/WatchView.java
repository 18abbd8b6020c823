package dev.holdfast.host;

import dev.holdfast.config.HostSpec.Watch;
import dev.holdfast.unit.Severity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a value of the host is.
 *
 * @param value for people
 * @param problem why it is not known; null: it is, or will be
 * @param severity null: nothing is raised
 * @param why thresholds that are passed, in words, the worst first
 * @param since when it became what it is; null: it never was otherwise
 * @param plotted the last values, oldest first: percent where there is a whole
 */
public record WatchView(
        Watch watch,
        String value,
        @Nullable String problem,
        @Nullable Severity severity,
        List<String> why,
        @Nullable Instant since,
        List<Double> plotted) {}
