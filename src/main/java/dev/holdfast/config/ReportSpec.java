package dev.holdfast.config;

import dev.holdfast.cron.Timing;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code reports:}, with every default filled in.
 *
 * @param timing when it is sent
 * @param channels that get it; at least one
 * @param span that it tells of, 1h to 30d; null: from one due time to the next
 */
public record ReportSpec(
        String name,
        Timing timing,
        @KeyName("send_to") List<String> channels,
        @Nullable Duration span) {}
