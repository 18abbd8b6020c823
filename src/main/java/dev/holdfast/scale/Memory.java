package dev.holdfast.scale;

import dev.holdfast.unit.ByteSize;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What replicas that come may take.
 *
 * @param freeBytes available now, less the reserve and less what those that are there may still take; negative: too much
 *     is promised already
 * @param eachBytes of one replica: its limit, else the most that one of them uses; null: none has run yet
 * @param limited whether that is its limit
 */
public record Memory(long freeBytes, @Nullable Long eachBytes, boolean limited) {
    private static final double MEBI = 1 << 20;

    /**
     * Replicas that may still grow.
     *
     * @param eachBytes what each may come to; null: nobody knows
     * @param usedBytes of those of which it is known
     * @param number how many there are, those included of which nothing is known yet
     */
    public record Grown(@Nullable Long eachBytes, List<Long> usedBytes, int number) {
        long promised() {
            Long each = eachBytes;
            if (each == null) {
                return 0;
            }
            long growth = Math.max(0, number - usedBytes.size()) * each;
            for (long used : usedBytes) {
                growth += Math.max(0, each - used);
            }
            return growth;
        }
    }

    /**
     * @param availableBytes of the host, without swapping
     * @param reserveBytes that are to stay
     * @param all whose number follows something: of the others nobody knows what they may come to
     */
    public static Memory of(
            long availableBytes, long reserveBytes, List<Grown> all, @Nullable Long eachBytes, boolean limited) {
        long promised = all.stream().mapToLong(Grown::promised).sum();
        return new Memory(availableBytes - reserveBytes - promised, eachBytes, limited);
    }

    /** How many more have room; of what nobody knows, one, to be measured. */
    int fits(int wanted) {
        Long each = eachBytes;
        if (freeBytes <= 0) {
            return 0;
        }
        return each == null ? Math.min(1, wanted) : (int) Math.min(wanted, freeBytes / Math.max(1, each));
    }

    String words() {
        Long each = eachBytes;
        return (each == null
                        ? "of which nobody knows what it takes"
                        : (limited ? "with a limit of " : "that takes ") + size(each))
                + ", and " + size(Math.max(0, freeBytes)) + " are free beyond the reserve";
    }

    private static String size(long bytes) {
        String exact = new ByteSize(bytes).toString();
        return exact.length() <= 6 ? exact : String.format(Locale.ROOT, "%.1fMi", bytes / MEBI);
    }
}
