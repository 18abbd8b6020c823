package dev.holdfast.config;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code audit:}, resolved.
 *
 * @param told what it says of where things are, by key, such as {@code php_fpm.config}; lists with commas between
 * @param every from one audit to the next, at least a minute; null: only at the start
 * @param baseline absolute path of accepted findings; null: none are
 * @param alert channels; none: those of the routes
 */
public record AuditSpec(
        SortedMap<String, String> told,
        @Nullable Duration every,
        @Nullable String baseline,
        List<String> alert) {}
