package dev.holdfast.records;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** How many refusals of one caller the audit trail has in a minute: with more of them he could push all else out of it. */
final class Refusals {
    static final int MOST = 20;

    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** Callers are tokens and users of this host. Of more than these, what was left out is forgotten. */
    private static final int MOST_CALLERS = 1024;

    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(Instant since, int kept, long leftOut) {}

    /**
     * One more.
     *
     * @return how many of his were left out since the last one that was kept; -1: this one is left out, too
     */
    long another(String who, Instant now) {
        Seen s = seen.get(who);
        if (s == null) {
            if (seen.size() >= MOST_CALLERS) {
                seen.clear();
            }
            seen.put(who, new Seen(now, 1, 0));
            return 0;
        }
        boolean anew = now.isBefore(s.since) || !now.isBefore(s.since.plus(WINDOW)); // the clock may be set
        if (!anew && s.kept >= MOST) {
            seen.put(who, new Seen(s.since, s.kept, s.leftOut + 1));
            return -1;
        }
        seen.put(who, anew ? new Seen(now, 1, 0) : new Seen(s.since, s.kept + 1, 0));
        return s.leftOut;
    }
}
