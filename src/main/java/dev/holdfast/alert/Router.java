package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.unit.Severity;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which channels are to know of what. */
final class Router {
    private @Nullable AlertSpec spec;

    @Nullable
    AlertSpec spec() {
        return spec;
    }

    void configure(@Nullable AlertSpec s) {
        spec = s;
    }

    long longestCooldown() {
        return spec == null
                ? 0
                : spec.channels().values().stream()
                        .mapToLong(c -> c.cooldown().toMillis())
                        .max()
                        .orElse(0);
    }

    /** Those that it names and that there are, else those of its severity's route. */
    private List<String> wanted(Occasion o) {
        if (spec == null) {
            return List.of();
        }
        Set<String> known = spec.channels().keySet();
        List<String> named = o.channels().stream().filter(known::contains).toList();
        return named.isEmpty() ? spec.route(o.severity()) : named;
    }

    /** What channels know of a matter that is raised: whoever is to know of it owes its knowledge to the next letter. */
    SortedMap<String, Told> informed(@Nullable Matter m, Occasion o, int times) {
        List<String> wanted = wanted(o);
        var told = new TreeMap<String, Told>();
        if (m != null) {
            boolean anew = times > m.times() || !m.occasion().channels().equals(o.channels());
            m.told().forEach((channel, t) -> {
                boolean unaware = !t.asOpen() && t.times() == m.times();
                // Who was to know of it by an escalation, or of another severity, is not for ever; its cooldown goes
                // on.
                boolean past = anew && unaware && !wanted.contains(channel);
                boolean again = !anew && unaware && o.lasts() && wanted.contains(channel);
                Told seen = t.seeing(o.severity(), t.times() == m.times());
                told.put(channel, past ? seen.knowing(times) : again ? seen.knowing(times - 1) : seen);
            });
        }
        wanted.forEach(c -> told.putIfAbsent(c, Told.nothing(times - 1, o.severity())));
        return told;
    }

    /**
     * What channels are to know of a matter after a reload. What lasts is told to channels that are new to it. What is
     * over, and was owed to channels that are gone alone, is told to those that are there.
     *
     * @param dropped letters of channels that are gone
     */
    SortedMap<String, Told> afterReload(Matter m, List<Letter> dropped) {
        var told = new TreeMap<String, Told>();
        boolean owed = false;
        Severity worst = m.occasion().severity();
        for (Map.Entry<String, Told> e : m.told().entrySet()) {
            if (spec != null && spec.channels().containsKey(e.getKey())) {
                told.put(e.getKey(), e.getValue());
                continue;
            }
            boolean written = dropped.stream()
                    .anyMatch(l -> l.channel().equals(e.getKey())
                            && l.left().isEmpty()
                            && l.keys().contains(m.key()));
            owed |= written || e.getValue().times() < m.times();
            worst = e.getValue().worst().atLeast(worst) ? e.getValue().worst() : worst;
        }
        if (m.open() || (owed && told.isEmpty())) {
            for (String c : wanted(m.occasion())) {
                Told t = told.getOrDefault(c, Told.nothing(m.times(), worst));
                if (!t.asOpen() && t.times() == m.times()) {
                    told.put(c, t.knowing(m.times() - 1));
                }
            }
        }
        return told;
    }
}
