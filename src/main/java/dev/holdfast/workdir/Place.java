package dev.holdfast.workdir;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose directory it is: one attempt at one job.
 *
 * @param queue 1 to 64 of {@code A-Za-z0-9._-}, not beginning with a dot
 * @param job 1 to 128 of them, not beginning with a dot
 * @param attempt from 1
 */
public record Place(String queue, String job, int attempt) {
    private static final Pattern QUEUE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}");
    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
    private static final Pattern NAME = Pattern.compile("(" + JOB + ")\\.([1-9][0-9]{0,8})");

    public Place {
        if (!QUEUE.matcher(queue).matches() || !JOB.matcher(job).matches() || attempt < 1 || attempt > 999_999_999) {
            throw new IllegalArgumentException("no place: queue " + queue + ", job " + job + ", attempt " + attempt);
        }
    }

    static boolean isQueue(String name) {
        return QUEUE.matcher(name).matches();
    }

    /** The name of its directory in its queue's; {@link #of} gives it back. */
    String name() {
        return job + "." + attempt;
    }

    static Optional<Place> of(String queue, String name) {
        var m = NAME.matcher(name);
        return isQueue(queue) && m.matches()
                ? Optional.of(new Place(queue, m.group(1), Integer.parseInt(m.group(2))))
                : Optional.empty();
    }
}
