package dev.holdfast.cli;

import dev.holdfast.unit.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration with a unit, or bare seconds as top(1) and watch(1) take them. */
final class Interval implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        try {
            return text.matches("\\d{1,6}(\\.\\d{1,3})?")
                    ? Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000))
                    : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "': " + e.getMessage());
        }
    }
}
