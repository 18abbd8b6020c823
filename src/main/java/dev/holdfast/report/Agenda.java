package dev.holdfast.report;

import dev.holdfast.config.ReportSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which reports are due, and what span they tell of. Pure. */
public final class Agenda {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    /** What a clock is set by now and then. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private Agenda() {}

    /**
     * One that is to be sent.
     *
     * @param due the last of the times at which it was due; those before it that nobody saw are told of by no other
     * @param from where its span begins
     */
    public record Due(ReportSpec spec, Instant due, Instant from) {}

    /**
     * @param last of each when it was due last, or since when it is known; all are there
     * @return in the order of names
     */
    public static List<Due> due(Collection<ReportSpec> specs, Map<String, Instant> last, Instant now) {
        var all = new ArrayList<Due>();
        for (ReportSpec s : specs) {
            Instant since = last.get(s.name());
            if (since == null || !since.isBefore(now)) {
                continue; // a clock that was set back sends nothing twice
            }
            List<Instant> times = s.timing().last(since, now, 1);
            if (!times.isEmpty()) {
                Instant due = times.getFirst();
                all.add(new Due(s, due, now.minus(span(s, due))));
            }
        }
        return all;
    }

    /**
     * Which are known to have been due at a time that is yet to come, by more than some minutes: they would not be due
     * until then. The clock that said so was wrong, or the one of now is.
     */
    public static Set<String> ahead(Map<String, Instant> last, Instant now) {
        var ahead = new TreeSet<String>();
        last.forEach((name, at) -> {
            if (at.isAfter(now.plus(AHEAD))) {
                ahead.add(name);
            }
        });
        return ahead;
    }

    /** When one will be due; null: none ever. */
    public static @org.jspecify.annotations.Nullable Instant next(Collection<ReportSpec> specs, Instant now) {
        Instant next = null;
        for (ReportSpec s : specs) {
            Instant of = s.timing().next(now);
            next = of != null && (next == null || of.isBefore(next)) ? of : next;
        }
        return next;
    }

    /** As configured; else from one due time to the next, which around a change of the clocks is an hour more or less. */
    static Duration span(ReportSpec s, Instant due) {
        Duration given = s.span();
        if (given != null) {
            return given;
        }
        List<Instant> before = s.timing().last(due.minus(LONGEST), due.minusMillis(1), 1);
        Duration between = before.isEmpty() ? LONGEST : Duration.between(before.getFirst(), due);
        return between.compareTo(SHORTEST) < 0 ? SHORTEST : between.compareTo(LONGEST) > 0 ? LONGEST : between;
    }
}
