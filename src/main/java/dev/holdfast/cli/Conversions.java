package dev.holdfast.cli;

import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import dev.holdfast.unit.Durations;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How options are read whose types are the same wherever they stand: as a configuration is. */
final class Conversions {
    private Conversions() {}

    /** For a command and those below it, which must be there already. */
    static void register(CommandLine line) {
        line.registerConverter(ByteSize.class, text -> converted(text, ByteSize::parse));
        line.registerConverter(CpuAmount.class, text -> converted(text, CpuAmount::parse));
        line.registerConverter(Duration.class, text -> converted(text, Durations::parse));
        line.registerConverter(Signal.class, Conversions::signal);
    }

    private static Signal signal(String text) {
        return Signal.parse(text)
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is no signal; such as TERM, INT, HUP"));
    }

    /** @param by throws an IllegalArgumentException that says what is wrong */
    static <T> T converted(String text, Function<String, T> by) {
        try {
            return by.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "': " + e.getMessage());
        }
    }
}
