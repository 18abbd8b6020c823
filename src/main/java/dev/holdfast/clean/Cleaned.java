package dev.holdfast.clean;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cleaning came to, or would.
 *
 * @param dryRun nothing was deleted: items are what would be
 * @param begun when it was looked
 * @param directories in which was cleaned; none: there is no such directory
 * @param items that are gone whole, the first {@link #MOST_ITEMS} of them, in the order of the look
 * @param count of all items
 * @param entries files and directories that are gone, those in directories included
 * @param bytes on disk that are free by that
 * @param kept that were taken and came back, as somebody wrote or opened them meanwhile
 * @param notes of what is no failure, for people
 * @param problems why it failed, the first ones; empty: it did what it is for
 */
public record Cleaned(
        boolean dryRun,
        Instant begun,
        List<String> directories,
        List<Item> items,
        long count,
        long entries,
        long bytes,
        long kept,
        List<String> notes,
        List<String> problems) {
    /** Items that are told one by one. */
    public static final int MOST_ITEMS = 10_000;

    private static final int MOST_TOLD = 20;

    /**
     * One of what is deleted as a whole.
     *
     * @param path for people: of strange names a harmless form
     * @param kind file, directory or another, with its article
     * @param newest last written
     */
    public record Item(String path, String kind, long entries, long bytes, Instant newest) {}

    /** Nothing is wrong. */
    public boolean done() {
        return problems.isEmpty();
    }

    /** Collects; not thread-safe. */
    static final class Notes {
        final List<Item> items = new ArrayList<>();
        final List<String> directories = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private long moreNotes;
        private long moreProblems;
        long count;
        long entries;
        long bytes;
        long kept;

        void gone(Found f, long itsEntries, long itsBytes) {
            count++;
            entries += itsEntries;
            bytes += itsBytes;
            if (items.size() < MOST_ITEMS) {
                items.add(new Item(f.shown(), f.status().kind().words(), itsEntries, itsBytes, f.newest()));
            }
        }

        void note(String what) {
            moreNotes += add(notes, what);
        }

        void problem(String what) {
            moreProblems += add(problems, what);
        }

        private static int add(List<String> to, String what) {
            if (to.size() < MOST_TOLD) {
                to.add(what);
                return 0;
            }
            return 1;
        }

        Cleaned sum(boolean dryRun, Instant begun) {
            if (moreNotes > 0) {
                notes.add("and " + moreNotes + " more like that");
            }
            if (moreProblems > 0) {
                problems.add("and " + moreProblems + " more");
            }
            return new Cleaned(
                    dryRun,
                    begun,
                    List.copyOf(directories),
                    List.copyOf(items),
                    count,
                    entries,
                    bytes,
                    kept,
                    List.copyOf(notes),
                    List.copyOf(problems));
        }
    }
}
