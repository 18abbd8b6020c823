package dev.holdfast.cli;

import dev.holdfast.unit.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/** A duration with a unit, or bare seconds as top(1) and watch(1) take them. */
final class Interval implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        return text.matches("\\d{1,6}(\\.\\d{1,3})?")
                ? Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000))
                : Conversions.converted(text, Durations::parse);
    }
}
