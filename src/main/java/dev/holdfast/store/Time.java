package dev.holdfast.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Instants as the store has them: microseconds since 1970. */
final class Time {
    private Time() {}

    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    static @Nullable Long microsOrNull(@Nullable Instant at) {
        return at == null ? null : (Long) micros(at);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
