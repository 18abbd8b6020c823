package dev.holdfast.top;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of it is looked at, and how.
 *
 * @param filter what names, states and details must contain, in any case; empty: all are shown
 * @param tree replicas below their processes, and what they started below them
 * @param selected by name; null: the first
 * @param log whether the selected one's log is shown below
 * @param held whether the picture stands still
 * @param message what came of the last action; or empty
 */
record View(
        Pane pane,
        Sort sort,
        boolean descending,
        String filter,
        boolean tree,
        @Nullable String selected,
        boolean log,
        boolean held,
        Mode mode,
        String message) {
    static final View FIRST =
            new View(Pane.PROCESSES, Sort.NAME, false, "", false, null, false, false, new Mode.Watching(), "");

    /** What the list is of. */
    enum Pane {
        PROCESSES("processes"),
        SCHEDULES("schedules"),
        QUEUES("queues"),
        HEALTH("health");

        static final List<Pane> ALL = List.of(values());

        final String title;

        Pane(String title) {
            this.title = title;
        }

        /** So many further, round and round. */
        Pane neighbour(int by) {
            return ALL.get(Math.floorMod(ALL.indexOf(this) + by, ALL.size()));
        }
    }

    /** What processes are sorted by. */
    enum Sort {
        NAME('N'),
        STATE('S'),
        CPU('C'),
        MEMORY('M'),
        UPTIME('U'),
        RESTARTS('R');

        /** The key that chooses it, and the other way round when it is chosen. */
        final char key;

        Sort(char key) {
            this.key = key;
        }
    }

    /** What keys are for. */
    sealed interface Mode {
        record Watching() implements Mode {}

        /** A filter is typed; {@code before} comes back when it is given up. */
        record Filtering(String before) implements Mode {}

        /** What was asked for, and is done when it is said once more. */
        record Confirming(Wish.Act wish) implements Mode {}

        /** A page of text in place of the list. */
        record Reading(String title, List<String> lines, int from) implements Mode {}
    }

    View with(Mode other) {
        return new View(pane, sort, descending, filter, tree, selected, log, held, other, message);
    }

    View saying(String other) {
        return new View(pane, sort, descending, filter, tree, selected, log, held, mode, other);
    }

    View selecting(@Nullable String other) {
        return new View(pane, sort, descending, filter, tree, other, log, held, mode, message);
    }

    View filtered(String other) {
        return new View(pane, sort, descending, other, tree, selected, log, held, mode, message);
    }

    View in(Pane other) {
        return new View(other, sort, descending, filter, tree, null, log, held, mode, "");
    }

    /** Sorted by it; the other way round if it was already. Of amounts the largest come first. */
    View by(Sort other) {
        boolean first = other != Sort.NAME && other != Sort.STATE;
        return new View(
                pane, other, sort == other ? !descending : first, filter, tree, selected, log, held, mode, message);
    }

    View asTree(boolean other) {
        return new View(pane, sort, descending, filter, other, selected, log, held, mode, message);
    }

    View withLog(boolean other) {
        return new View(pane, sort, descending, filter, tree, selected, other, held, mode, message);
    }

    View held(boolean other) {
        return new View(pane, sort, descending, filter, tree, selected, log, other, mode, message);
    }
}
