package dev.holdfast.deeds;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.HealthReport.Item;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Suspect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the guard found lately, for {@code health}: of each rule how often it fired, what it found that still lasts, and what
 * it could not do. Thread-safe.
 */
public final class GuardNews {
    private static final Duration LATELY = Duration.ofHours(1);
    /** Of each rule, times it fired, and matters that last; the oldest are forgotten. */
    private static final int MOST = 100;

    private final Map<String, Rule> rules = new TreeMap<>();

    private static final class Rule {
        final Deque<Finding> fired = new ArrayDeque<>();
        /** By matter: alerts that hold, and what was to be ended and is still there. */
        final Map<String, Finding> lasting = new LinkedHashMap<>();
        /** The last that was left alone, held back or refused. */
        @Nullable
        Finding undone;

        private void keep(String key, Finding f) {
            lasting.remove(key);
            lasting.put(key, f);
            if (lasting.size() > MOST) {
                lasting.remove(lasting.keySet().iterator().next());
            }
        }
    }

    public synchronized void tell(Finding f) {
        Rule r = rules.computeIfAbsent(f.rule(), _ -> new Rule());
        switch (f.kind()) {
            case FIRED -> {
                r.fired.addLast(f);
                if (r.fired.size() > MOST) {
                    r.fired.removeFirst();
                }
                if (f.deed().equals("alert") && !GuardWords.once(f)) {
                    r.keep(f.key(), f);
                }
            }
            case STAYS -> r.keep(f.key(), f);
            case REFUSED, SPARED, HELD_BACK -> r.undone = f;
            case CLEARED, ENDED -> r.lasting.remove(f.key());
            case ESCALATED -> {}
        }
    }

    /** Only these rules are there now; zombies and orphans beside them. */
    public synchronized void only(Set<String> names) {
        rules.keySet().removeIf(n -> !names.contains(n) && !n.equals("zombies") && !n.equals("orphans"));
    }

    /** Of each rule of which there is something to say. */
    public synchronized List<Item> items(Instant now) {
        Instant since = now.minus(LATELY);
        var items = new ArrayList<Item>();
        rules.forEach((name, r) -> {
            r.fired.removeIf(f -> f.at().isBefore(since));
            Finding undone = r.undone == null || r.undone.at().isBefore(since) ? null : r.undone;
            r.undone = undone;
            if (!r.fired.isEmpty() || !r.lasting.isEmpty() || undone != null) {
                items.add(item(name, r, undone));
            }
        });
        return items;
    }

    private static Item item(String name, Rule r, @Nullable Finding undone) {
        Finding stays = r.lasting.values().stream()
                .filter(f -> f.kind() == Finding.Kind.STAYS)
                .findFirst()
                .orElse(null);
        Finding holds =
                r.lasting.isEmpty() ? null : r.lasting.values().iterator().next();
        Finding worst = stays != null ? stays : holds != null ? holds : undone;
        int n = r.fired.size();
        String times = n == 0 ? "has not fired" : n == 1 ? "fired once" : "fired " + n + " times";
        boolean critical = stays != null || (undone != null && undone.kind() == Finding.Kind.REFUSED);
        Finding shown = worst == null ? r.fired.getLast() : worst;
        return new Item(
                "guard",
                name,
                worst == null ? HealthReport.OK : critical ? HealthReport.CRITICAL : HealthReport.WARNING,
                times + " in the last hour",
                words(shown),
                worst == null ? null : worst.at().toString());
    }

    /** Whom it is about, why, and what was done. */
    private static String words(Finding f) {
        Suspect s = f.suspect();
        return (s == null ? "" : "pid " + s.pid() + " " + s.command() + ": ") + f.why() + ": " + f.deed()
                + (f.dry() ? " (dry run)" : "");
    }
}
