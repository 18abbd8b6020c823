package dev.holdfast.cli;

import dev.holdfast.unit.Durations;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How long a command waits for what it asked for. */
final class Waiting {
    @Option(names = "--no-wait", description = "only ask; do not wait for the end of it")
    private boolean no;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = Converter.class,
            defaultValue = "0",
            description = "of the wait, such as 30s; then the exit code is 124 and what was asked goes on; "
                    + "0, as when not given, is none")
    private Duration timeout = Duration.ZERO;

    boolean wanted() {
        return !no;
    }

    /** 0 is none. */
    long timeoutMillis() {
        return timeout.isZero() ? 0 : Math.max(1, timeout.toMillis());
    }

    /** As {@link Durations#parse}. */
    static final class Converter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "': " + e.getMessage());
            }
        }
    }
}
