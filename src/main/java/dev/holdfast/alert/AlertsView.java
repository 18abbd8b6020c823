package dev.holdfast.alert;

import java.util.List;

/**
 * What is shown to people.
 *
 * @param matters by key; also what is over, for a while
 * @param letters that are not delivered yet
 * @param silences that hold
 */
public record AlertsView(List<Matter> matters, List<Letter> letters, List<Silence> silences) {
    /** Whether it lasts, or somebody is still to be told of it. */
    public boolean pending(Matter m) {
        return m.open() || m.told().values().stream().anyMatch(t -> t.times() < m.times() || t.asOpen());
    }

    public boolean silenced(String key) {
        return silences.stream().anyMatch(s -> s.covers(key));
    }
}
