package dev.holdfast.probe;

import dev.holdfast.config.ProbeSpec;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Severity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a probe is.
 *
 * @param last null: it was not answered yet
 * @param asked when the question was put that was answered last; what it tells is no older
 * @param at when it last was
 * @param severity null: nothing is raised
 * @param why what is raised, in words, the worst first
 * @param since when it became what it is
 * @param doing a step to recover that is under way; null: none
 */
public record ProbeView(
        ProbeSpec spec,
        @Nullable Sample last,
        @Nullable MonoTime asked,
        @Nullable Instant at,
        @Nullable Severity severity,
        List<String> why,
        @Nullable Instant since,
        @Nullable String doing) {}
