package dev.holdfast.deeds;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.api.Why;
import dev.holdfast.patrol.GuardHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the guard did to a process of ours, out of its history. Thread-safe. */
public final class GuardDeeds {
    /** From the guard's finding to the end that followed: a grace of usual length, and then some. */
    private static final Duration FOLLOWS = Duration.ofMinutes(2);

    private GuardDeeds() {}

    /**
     * What it found of it last, oldest first.
     *
     * @param process such as {@code web/0}, or a schedule's name
     */
    public static List<Why.ByGuard> of(Path state, String process, int most) {
        try (var history = new GuardHistory(state)) {
            return history.last(most, f -> process.equals(f.get("process"))).stream()
                    .map(GuardDeeds::told)
                    .toList();
        } catch (IOException unreadable) {
            return List.of(new Why.ByGuard(
                    "", "", "", "what the guard did cannot be read: " + unreadable.getMessage(), List.of()));
        }
    }

    private static Why.ByGuard told(Map<String, Object> f) {
        var evidence = new ArrayList<String>();
        if (f.get("evidence") instanceof List<?> lines) {
            lines.forEach(l -> evidence.add(String.valueOf(l)));
        }
        String kind = text(f, "kind");
        boolean first = kind.equals("fired") || kind.equals("spared") || kind.equals("held-back");
        String what = "pid " + (f.get("pid") instanceof Number n ? n.longValue() : 0) + " " + text(f, "command") + ": "
                + (first || kind.equals("refused") ? text(f, "why") + ": " : "") + text(f, "deed")
                + (Boolean.TRUE.equals(f.get("dry_run")) ? " (dry run)" : "");
        return new Why.ByGuard(text(f, "at"), kind, text(f, "rule"), what, evidence);
    }

    private static String text(Map<String, Object> f, String key) {
        return Objects.toString(f.get(key), "");
    }

    /** The kill that an end followed; null: none is known. */
    public static Why.@Nullable ByGuard before(List<Why.ByGuard> told, Instant end) {
        var signalled = new HashMap<String, Boolean>(); // by what was told after the finding
        for (Why.ByGuard g : told.reversed()) {
            try {
                Instant at = Instant.parse(g.at());
                switch (g.kind()) {
                    // It ended of itself before anybody did anything, or nobody could do anything.
                    case "cleared", "refused" -> signalled.putIfAbsent(matter(g), false);
                    case "escalated", "ended" -> signalled.put(matter(g), true);
                    default -> {}
                }
                if (g.kind().equals("fired")
                        && !Boolean.FALSE.equals(signalled.remove(matter(g)))
                        && g.what().contains(": kill with ")
                        && !g.what().endsWith("(dry run)")
                        && !at.isAfter(end)
                        && at.plus(FOLLOWS).isAfter(end)) {
                    return g;
                }
            } catch (DateTimeParseException another) {
                // told by another version: no end is laid to it
            }
        }
        return null;
    }

    /** The rule, and whom it was about: {@code pid 7} is one, whoever had that number before. */
    private static String matter(Why.ByGuard g) {
        String[] words = g.what().split(" ", 3);
        return g.rule() + " " + (words.length > 1 ? words[1] : "");
    }

    public static Item item(@Nullable String broken, @Nullable String weaker, int rules) {
        String value = rules == 1 ? "1 rule" : rules + " rules";
        return broken != null
                ? new Item("guard", "", HealthReport.CRITICAL, value, broken, null)
                : weaker != null
                        ? new Item("guard", "", HealthReport.WARNING, value, weaker, null)
                        : new Item("guard", "", HealthReport.OK, value, "", null);
    }
}
