package dev.holdfast.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that is whole and sound.
 *
 * @param file the main file
 * @param processes by name
 * @param schedules by name
 * @param queues by name
 * @param guard what is done about processes of the host; null: nothing is asked for
 * @param alerts null: nobody is told
 * @param places where the keys stand that only the host can judge: {@code NAME.user}, {@code NAME.rlimits} and the like
 * @param watched cleanups, probes and the host
 * @param reports by name
 */
public record Config(
        Path file,
        GlobalSpec global,
        SortedMap<String, ProcessSpec> processes,
        SortedMap<String, ScheduleSpec> schedules,
        SortedMap<String, QueueSpec> queues,
        @Nullable GuardSpec guard,
        @Nullable AlertSpec alerts,
        Map<String, Place> places,
        WatchedSpec watched,
        SortedMap<String, ReportSpec> reports) {}
