package dev.holdfast.workdir;

import java.util.ArrayList;
import java.util.List;

/**
 * What could not be removed.
 *
 * @param told the first of them, each by its path in the directory and with the reason; for people
 * @param count how many there were
 */
public record Remains(List<String> told, long count) {
    private static final int MOST = 10;

    /** All is gone. */
    public boolean none() {
        return count == 0;
    }

    /** In one line. */
    public String words() {
        long more = count - told.size();
        return String.join("; ", told) + (more > 0 ? "; and " + more + " more" : "");
    }

    static final class Notes {
        private final List<String> told = new ArrayList<>();
        private long count;

        void add(String what, String why) {
            count++;
            if (told.size() < MOST) {
                told.add(what + ": " + why);
            }
        }

        Remains remains() {
            return new Remains(List.copyOf(told), count);
        }
    }
}
