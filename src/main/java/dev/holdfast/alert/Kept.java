package dev.holdfast.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;

/** What is known across daemons. Mutable; one thread's own. */
public final class Kept {
    /** A clock that was set by more than this was wrong; so long no cooldown or silence is worth being kept over it. */
    private static final Duration LONGEST_ABSENCE = Duration.ofDays(30);

    final TreeMap<String, Matter> matters = new TreeMap<>();
    /** In the order in which they were written. */
    final LinkedHashMap<String, Letter> letters = new LinkedHashMap<>();

    final TreeMap<String, Silence> silences = new TreeMap<>();

    public void apply(Change change) {
        switch (change) {
            case Change.Is(Matter m) -> matters.put(m.key(), m);
            case Change.Gone(String key) -> matters.remove(key);
            case Change.Post(Letter l) -> letters.put(l.id(), l);
            case Change.Posted(String letter) -> letters.remove(letter);
            case Change.Hush(Silence s) -> silences.put(s.pattern(), s);
            case Change.Unhush(String pattern) -> silences.remove(pattern);
        }
    }

    /** Changes that make all of this out of nothing. */
    public List<Change> all() {
        var all = new ArrayList<Change>();
        matters.values().forEach(m -> all.add(new Change.Is(m)));
        letters.values().forEach(l -> all.add(new Change.Post(l)));
        silences.values().forEach(s -> all.add(new Change.Hush(s)));
        return all;
    }

    /**
     * The kept clock when a daemon begins: as far on as the wall clock says that time has gone, and never back.
     *
     * @param last of what was written last
     */
    public static long resumed(Moment last, Instant wall) {
        long away = Duration.between(last.wall(), wall).toMillis();
        return last.at() + Math.clamp(away, 0, LONGEST_ABSENCE.toMillis());
    }
}
