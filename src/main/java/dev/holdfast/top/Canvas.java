package dev.holdfast.top;

import java.util.ArrayList;
import java.util.List;

/**
 * What is on the terminal, and what must be written for another picture: only lines that differ, between the marks of a
 * synchronised update (mode 2026, which others ignore), so that nothing flickers. Not thread-safe.
 */
final class Canvas {
    private static final String BEGIN = "\u001b[?2026h";
    private static final String END = "\u001b[?2026l";

    /** The other screen, no cursor, no wrapping at the right edge; what is pasted is marked as such. */
    static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h";

    static final String LEAVE = "\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l";

    private final boolean colours;
    private List<String> there = List.of();

    Canvas(boolean colours) {
        this.colours = colours;
    }

    /** The terminal's size has changed: nothing is known of what it shows. */
    void forget() {
        there = List.of();
    }

    /** What brings the terminal to that picture; empty when it shows it already. */
    String change(Screen.Picture picture) {
        var next = new ArrayList<String>();
        for (int i = 0; i < picture.lines().size(); i++) {
            next.add(picture.lines().get(i).painted(colours, i == picture.selected()));
        }
        boolean anew = there.size() != next.size();
        var out = new StringBuilder();
        if (anew) {
            out.append("\u001b[m\u001b[2J");
        }
        for (int i = 0; i < next.size(); i++) {
            if (anew || !next.get(i).equals(there.get(i))) {
                out.append("\u001b[").append(i + 1).append(";1H").append(next.get(i));
            }
        }
        there = next;
        return out.isEmpty() ? "" : BEGIN + out + END;
    }
}
