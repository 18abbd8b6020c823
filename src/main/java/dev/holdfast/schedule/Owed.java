package dev.holdfast.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was promised and has not begun.
 *
 * @param notBefore when it may begin; null: when all before it are over, and it is this host's
 */
public record Owed(Run run, @Nullable Instant notBefore) {
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final String IN_LINE = "-";
    private static final int PARTS = 5;

    /** As {@link #read} takes it. */
    public String written() {
        return run.id() + " " + run.due() + " " + run.cause().name().toLowerCase(Locale.ROOT) + " " + run.attempt()
                + " " + (notBefore == null ? IN_LINE : notBefore.toString());
    }

    /** Empty for what {@link #written} did not write. */
    public static Optional<Owed> read(String schedule, String written) {
        String[] parts = SPACE.split(written, PARTS);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            var run = new Run(
                    parts[0],
                    schedule,
                    Instant.parse(parts[1]),
                    Run.Cause.valueOf(parts[2].toUpperCase(Locale.ROOT)),
                    Integer.parseInt(parts[3]));
            return Optional.of(new Owed(run, parts[4].equals(IN_LINE) ? null : Instant.parse(parts[4])));
        } catch (DateTimeException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }
}
