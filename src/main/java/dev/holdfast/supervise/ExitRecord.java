package dev.holdfast.supervise;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.Outcome;
import dev.holdfast.event.Usage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One end of a replica, for {@code why}.
 *
 * @param reason who asked for it, or that nobody did
 */
public record ExitRecord(
        Instant at,
        InstanceId instance,
        Outcome outcome,
        String reason,
        Duration uptime,
        @Nullable Usage usage) {}
