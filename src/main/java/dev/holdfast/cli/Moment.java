package dev.holdfast.cli;

import dev.holdfast.unit.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time as it is given on the command line.
 *
 * @param ago how long ago; null when {@code at} is given
 */
record Moment(@Nullable Duration ago, @Nullable Instant at) {
    Instant of(Instant now) {
        return at != null ? at : ago == null ? now : now.minus(ago);
    }

    /** {@code 10m}, or {@code 2026-11-21T05:50:00Z}. */
    static final class Converter implements ITypeConverter<Moment> {
        @Override
        public Moment convert(String text) {
            if (text.contains("T")) {
                try {
                    return new Moment(null, OffsetDateTime.parse(text).toInstant());
                } catch (DateTimeException e) {
                    throw new TypeConversionException(
                            "'" + text + "': a time is such as 2026-11-21T05:50:00Z or 2026-11-21T05:50:00+01:00");
                }
            }
            try {
                return new Moment(Durations.parse(text), null);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "': " + e.getMessage());
            }
        }
    }
}
