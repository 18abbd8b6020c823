package dev.holdfast.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A configuration that is whole and sound.
 *
 * @param file the main file
 * @param processes by name
 * @param schedules by name
 * @param places where the keys stand that only the host can judge: {@code NAME.user}, {@code NAME.rlimits} and the like
 * @param notBuilt what it asks for that this version cannot do yet: to be refused, never ignored
 */
public record Config(
        Path file,
        GlobalSpec global,
        SortedMap<String, ProcessSpec> processes,
        SortedMap<String, ScheduleSpec> schedules,
        Map<String, Place> places,
        List<Problem> notBuilt) {}
