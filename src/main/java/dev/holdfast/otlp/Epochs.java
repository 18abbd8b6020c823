package dev.holdfast.otlp;

import dev.holdfast.metric.Family;
import java.time.Instant;

/**
 * Since when counters count.
 *
 * @param daemon when it was started
 * @param kept when those that outlive daemons began
 * @param boot of the host
 */
public record Epochs(Instant daemon, Instant kept, Instant boot) {
    Instant of(Family family) {
        return switch (family.since()) {
            case DAEMON -> daemon;
            case KEPT -> kept;
            case BOOT -> boot;
        };
    }
}
