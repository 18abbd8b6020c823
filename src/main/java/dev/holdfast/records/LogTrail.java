package dev.holdfast.records;

import dev.holdfast.log.LogReader;
import dev.holdfast.log.LogReader.Line;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One log as it is read, and where that stands: at the how-manieth line of an instant. Files are rotated and compressed,
 * lines keep their times. Where a clock was set back lines may come twice; none is left out. Not thread-safe.
 */
final class LogTrail implements AutoCloseable {
    private static final Pattern PLACE = Pattern.compile("(\\d{1,4})\\.([0-9a-z]{1,13})\\.(\\d{1,9})");
    private static final int RADIX = 36;
    private static final long NANOS = 1_000_000_000;

    private final int index;
    private final String name;
    private final LogReader reader;
    private final Wanted wanted;
    private Instant at = Instant.EPOCH;
    private int count;
    /** Up to which lines are known already; null: none is. */
    private @Nullable Place known;

    private boolean shown;
    private long read;
    private long passed;

    /** Which lines. */
    interface Wanted {
        boolean test(Line line);
    }

    /** @param count so many lines of that instant */
    record Place(Instant at, int count) {}

    /** @param index of the replica */
    LogTrail(int index, LogDesk.LogFile file, Wanted wanted) {
        this.index = index;
        this.name = file.name();
        this.reader = new LogReader(file.path(), LogDesk.LONGEST_LINE);
        this.wanted = wanted;
    }

    int index() {
        return index;
    }

    String name() {
        return name;
    }

    /** Of the last line that was read; of the one before it when it has no time of its own. */
    Instant at() {
        return at;
    }

    Place place() {
        return new Place(at, count);
    }

    /** Lines that were read. */
    long read() {
        return read;
    }

    /** Of those, lines that {@link #next} gave. */
    long passed() {
        return passed;
    }

    void toRecent(int lines) throws IOException {
        reader.toRecent(lines);
    }

    /** Only what comes from now on. */
    void toEnd() throws IOException {
        reader.toRecent(1);
        for (Optional<Line> line = reader.next(); line.isPresent(); line = reader.next()) {
            count(line.get());
        }
    }

    void behind(Place place) throws IOException {
        known = place;
        reader.toFirst(place.at);
    }

    private void count(Line line) {
        read++;
        Instant of = inRange(line.at()) ? line.at() : at;
        count = of.equals(at) ? count + 1 : 1;
        at = of;
    }

    /**
     * The next line that is wanted; empty: none has come yet, or it was enough.
     *
     * @param enough asked before each line that is read
     */
    Optional<Line> next(BooleanSupplier enough) throws IOException {
        while (!enough.getAsBoolean()) {
            Optional<Line> line = reader.next();
            if (line.isEmpty()) {
                break;
            }
            count(line.get());
            boolean passes = (line.get().continues() && shown) || wanted.test(line.get());
            shown = line.get().continues() ? shown : passes;
            if (passes && !isKnown()) {
                passed++;
                return line;
            }
        }
        return Optional.empty();
    }

    /** Any program may print a line that begins like one of ours. */
    private static boolean inRange(Instant at) {
        return at.isAfter(Instant.EPOCH) && at.getEpochSecond() < Long.MAX_VALUE / NANOS;
    }

    private boolean isKnown() {
        Place p = known;
        if (p == null) {
            return false;
        }
        if (at.isBefore(p.at) || (at.equals(p.at) && count <= p.count)) {
            return true;
        }
        known = null;
        return false;
    }

    /** Where several stand, as a word. */
    static String id(Map<Integer, Place> places) {
        var words = new ArrayList<String>();
        places.forEach((index, p) -> words.add(
                index + "." + Long.toString(p.at.getEpochSecond() * NANOS + p.at.getNano(), RADIX) + "." + p.count));
        return String.join(",", words);
    }

    /** What {@link #id} said; nowhere for null; null: it is none. */
    static @Nullable SortedMap<Integer, Place> places(@Nullable String id) {
        var places = new TreeMap<Integer, Place>();
        for (String word : id == null ? List.<String>of() : List.of(id.split(",", -1))) {
            Matcher m = PLACE.matcher(word);
            if (!m.matches()) {
                return null;
            }
            try {
                long nanos = Long.parseLong(m.group(2), RADIX);
                Instant at = Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
                places.put(Integer.parseInt(m.group(1)), new Place(at, Integer.parseInt(m.group(3))));
            } catch (NumberFormatException tooLong) {
                return null;
            }
        }
        return places;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            // it was only read
            return;
        }
    }
}
