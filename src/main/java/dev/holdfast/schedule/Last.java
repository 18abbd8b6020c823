package dev.holdfast.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How an attempt ended.
 *
 * @param run its id
 * @param detail in words
 */
public record Last(String run, int attempt, Result result, Instant started, Instant ended, String detail) {
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final int PARTS = 6;

    static Last of(Action.Ended e) {
        return new Last(e.run().id(), e.run().attempt(), e.result(), e.started(), e.ended(), e.detail());
    }

    boolean isOf(Run other) {
        return run.equals(other.id()) && attempt == other.attempt();
    }

    /** As {@link #read} takes it. */
    public String written() {
        return run + " " + attempt + " " + result.written() + " " + started + " " + ended + " " + detail;
    }

    /** Empty for what {@link #written} did not write. */
    public static Optional<Last> read(String written) {
        String[] parts = SPACE.split(written, PARTS);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Last(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    Result.valueOf(parts[2].toUpperCase(Locale.ROOT)),
                    Instant.parse(parts[3]),
                    Instant.parse(parts[4]),
                    parts[5]));
        } catch (DateTimeException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }
}
