package dev.holdfast.records;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Follow;
import dev.holdfast.api.LogPage;
import dev.holdfast.api.RecordsPort.LogWish;
import dev.holdfast.log.LogReader.Line;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads log files for those who ask. Thread-safe. */
public final class LogDesk {
    /** Replicas whose logs are followed as one: an id says where each of them stands. */
    public static final int MOST_FOLLOWED = 32;
    /** Where lines are searched: the last of each file. */
    private static final int SEARCHED = 50_000;

    /** For how long, until it is answered what was found so far. */
    static final Duration SEARCH = Duration.ofSeconds(3);

    /** Bytes. */
    static final int LONGEST_LINE = 32_000;
    /** Bytes of one answer. */
    private static final int MOST_TEXT = 1 << 20;
    /** Of a line beside its text, and of one replica's place in its id. */
    private static final int ASIDE = 100;

    private static final int PLACE = 24;
    /** Logs that are open for all who follow. */
    private static final int MOST_TRAILS = 256;

    private static final int BATCH = 200;
    private static final Duration LOOK = Duration.ofMillis(200);
    /** Looks between two for replicas that have come. */
    private static final int LOOKS = 10;

    private final Files files;
    private final Aside aside = new Aside(2, Duration.ofSeconds(4));
    private final Semaphore trailsLeft = new Semaphore(MOST_TRAILS);
    private final LongSupplier nanos;

    /** Where logs are. */
    public interface Files {
        /**
         * @param name of a process, replica, schedule or queue
         * @return by index of replica: name and file
         * @throws Refused 404 for a name that is unknown
         */
        SortedMap<Integer, LogFile> of(String name) throws Refused;
    }

    /** @param name as people know it, such as {@code web/1} */
    public record LogFile(String name, Path path) {}

    public LogDesk(Files files) {
        this(files, System::nanoTime);
    }

    /** @param nanos of a clock that is never set */
    LogDesk(Files files, LongSupplier nanos) {
        this.files = files;
        this.nanos = nanos;
    }

    /** A line that passed, and where all stand behind it. */
    private record Passed(LogTrail trail, Instant at, Line line, LogTrail.Place behind) {}

    /** For how long lines may be looked through, and whether that is over. Not thread-safe. */
    private final class Patience implements BooleanSupplier {
        private final long most;
        private final long begun = nanos.getAsLong();
        private boolean over;

        /** @param most nanoseconds */
        Patience(long most) {
            this.most = most;
        }

        @Override
        public boolean getAsBoolean() {
            over = over || nanos.getAsLong() - begun > most;
            return over;
        }
    }

    LogPage page(String name, LogWish wish, int most) throws Refused {
        Filter filter = filter(wish);
        return filter.passesAll ? read(name, filter, most) : aside.call(() -> read(name, filter, most));
    }

    private LogPage read(String name, Filter filter, int most) throws Refused {
        SortedMap<Integer, LogFile> found = files.of(name);
        int replicas = found.size();
        var places = new TreeMap<Integer, LogTrail.Place>();
        var reached = new TreeMap<Integer, LogTrail.Place>();
        var patience = new Patience(filter.passesAll ? Long.MAX_VALUE : SEARCH.toNanos());
        Deque<Passed> all = new ArrayDeque<>();
        int back = filter.passesAll ? most : SEARCHED;
        boolean older = false;
        long passed = 0;
        try {
            for (Map.Entry<Integer, LogFile> f : found.entrySet()) {
                try (var trail = new LogTrail(f.getKey(), f.getValue(), filter.matches)) {
                    trail.toRecent(back);
                    all = merged(all, last(trail, patience, most, places, replicas), most, places, replicas);
                    older |= trail.read() >= back;
                    passed += trail.passed();
                    reached.put(f.getKey(), trail.place());
                }
                if (patience.over) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new Refused(503, new Failure("the log cannot be read: " + e.getMessage(), List.of()));
        }
        var lines = new ArrayList<LogPage.Entry>();
        for (Passed p : all) {
            places.put(p.trail.index(), p.behind);
            // So many are not followed as one: the id is good for following this replica.
            boolean one = replicas > MOST_FOLLOWED;
            lines.add(entry(p, LogTrail.id(one ? Map.of(p.trail.index(), p.behind) : places)));
        }
        return new LogPage(
                lines, patience.over ? whereToGoOn(reached, replicas) : null, older || passed > lines.size());
    }

    /** Behind what was searched; those that were not come to are followed from their first line. */
    private static String whereToGoOn(SortedMap<Integer, LogTrail.Place> reached, int replicas) {
        return LogTrail.id(replicas > MOST_FOLLOWED ? reached.tailMap(reached.lastKey()) : reached);
    }

    /** The last of one file; where it stands before them, or at its end when there are none, is put to the others. */
    private static Deque<Passed> last(
            LogTrail trail, Patience patience, int most, Map<Integer, LogTrail.Place> places, int replicas)
            throws IOException {
        var last = new ArrayDeque<Passed>();
        long held = 0;
        for (Optional<Line> line = trail.next(patience); line.isPresent(); line = trail.next(patience)) {
            last.add(new Passed(trail, trail.at(), line.get(), trail.place()));
            held += size(last.getLast(), replicas);
            while (last.size() > most || (held > MOST_TEXT && last.size() > 1)) {
                Passed gone = last.removeFirst();
                held -= size(gone, replicas);
                places.put(trail.index(), gone.behind);
            }
        }
        if (last.isEmpty()) {
            places.put(trail.index(), trail.place());
        } else {
            places.putIfAbsent(trail.index(), new LogTrail.Place(last.getFirst().at, 0));
        }
        return last;
    }

    private static int size(Passed p, int replicas) {
        return p.line.raw().length() + ASIDE + PLACE * (replicas > MOST_FOLLOWED ? 1 : replicas);
    }

    /** By time, those of one file in their order. */
    private static Deque<Passed> merged(
            Deque<Passed> one, Deque<Passed> other, int most, Map<Integer, LogTrail.Place> places, int replicas) {
        var all = new ArrayList<>(one);
        all.addAll(other);
        all.sort(Comparator.comparing(Passed::at));
        var last = new ArrayDeque<>(all);
        long held = last.stream().mapToLong(p -> size(p, replicas)).sum();
        while (last.size() > most || (held > MOST_TEXT && last.size() > 1)) {
            Passed gone = last.removeFirst();
            held -= size(gone, replicas);
            places.put(gone.trail.index(), gone.behind);
        }
        return last;
    }

    private static LogPage.Entry entry(Passed p, String id) {
        Level level = p.line.level();
        String text = p.line.text();
        long unkept = p.line.unkept();
        return new LogPage.Entry(
                id,
                p.at.equals(Instant.EPOCH) ? null : p.at.toString(),
                p.trail.name(),
                p.line.stderr() ? "stderr" : "stdout",
                level == null ? null : level.name().toLowerCase(Locale.ROOT),
                unkept == 0 ? text : text + "… (" + (p.line.raw().length() + unkept) + " bytes)");
    }

    Follow follow(String name, LogWish wish, @Nullable String after) throws Refused {
        SortedMap<Integer, LogFile> found = files.of(name);
        if (found.size() > MOST_FOLLOWED) {
            throw new Refused(
                    400,
                    new Failure(
                            found.size()
                                    + " replicas are more than can be followed as one; follow single ones, such as "
                                    + found.values().iterator().next().name(),
                            List.of()));
        }
        SortedMap<Integer, LogTrail.Place> places = LogTrail.places(after);
        if (places == null) {
            throw new Refused(400, new Failure("\"" + after + "\" is no id of a line", List.of()));
        }
        var following = new Following(name, filter(wish), places);
        try {
            if (!following.add(found, after == null)) {
                following.close();
                throw new Refused(503, Failure.later("so many logs are followed already that no more are for now", 5));
            }
        } catch (IOException e) {
            following.close();
            throw new Refused(503, new Failure("the log cannot be read: " + e.getMessage(), List.of()));
        }
        return following;
    }

    private final class Following implements Follow {
        private final String name;
        private final Filter filter;
        private final SortedMap<Integer, LogTrail.Place> places;
        private final SortedMap<Integer, LogTrail> trails = new TreeMap<>();
        private int looks;

        Following(String name, Filter filter, SortedMap<Integer, LogTrail.Place> places) {
            this.name = name;
            this.filter = filter;
            this.places = places;
        }

        /**
         * @param atEnd what is there already is not wanted
         * @return false when too many are open for all
         */
        boolean add(SortedMap<Integer, LogFile> found, boolean atEnd) throws IOException {
            for (Map.Entry<Integer, LogFile> f : found.entrySet()) {
                if (trails.containsKey(f.getKey()) || trails.size() >= MOST_FOLLOWED) {
                    continue;
                }
                if (!trailsLeft.tryAcquire()) {
                    return false;
                }
                var trail = new LogTrail(f.getKey(), f.getValue(), filter.matches);
                trails.put(f.getKey(), trail);
                LogTrail.Place place = places.get(f.getKey());
                if (place != null) {
                    trail.behind(place);
                } else if (atEnd) {
                    trail.toEnd();
                } else {
                    trail.behind(new LogTrail.Place(Instant.EPOCH, 0));
                }
                places.put(f.getKey(), trail.place());
            }
            return true;
        }

        @Override
        public List<Item> next(Duration most) throws IOException, InterruptedException {
            long end = System.nanoTime() + most.toNanos();
            while (true) {
                List<Item> items = fresh();
                long left = end - System.nanoTime();
                if (!items.isEmpty() || left <= 0) {
                    return items;
                }
                Thread.sleep(Math.min(LOOK.toMillis(), left / 1_000_000 + 1));
                if (++looks % LOOKS == 0) {
                    lookForMore();
                }
            }
        }

        private void lookForMore() throws IOException {
            try {
                boolean _ = add(files.of(name), false); // those there is no room for: later
            } catch (Refused gone) {
                // a reload took it: what is there can be read to its end
                return;
            }
        }

        @SuppressWarnings(
                "ThreadPriorityCheck") // a yield gives a carrier to others; what it is held for is bounded anyway
        private List<Item> fresh() throws IOException {
            var passed = new ArrayList<Passed>();
            long held = 0;
            for (LogTrail trail : trails.values()) {
                int left = BATCH;
                var patience = new Patience(LOOK.toNanos()); // so that what others printed comes, too
                while (left-- > 0 && held < MOST_TEXT) {
                    Optional<Line> line = trail.next(patience);
                    if (line.isEmpty()) {
                        break;
                    }
                    passed.add(new Passed(trail, trail.at(), line.get(), trail.place()));
                    held += size(passed.getLast(), trails.size());
                }
                Thread.yield(); // on virtual threads a search holds up who waits for the network
            }
            passed.sort(Comparator.comparing(Passed::at));
            var items = new ArrayList<Item>();
            for (Passed p : passed) {
                places.put(p.trail.index(), p.behind);
                String id = LogTrail.id(places);
                items.add(new Item(id, "line", Client.write(entry(p, id))));
            }
            return items;
        }

        @Override
        public void close() {
            trails.values().forEach(LogTrail::close);
            trailsLeft.release(trails.size());
            trails.clear();
        }
    }

    /** @param passesAll so that the ends of files are enough to look at */
    private record Filter(boolean passesAll, LogTrail.Wanted matches) {}

    private static Filter filter(LogWish wish) throws Refused {
        String grep = wish.grep();
        String stream = wish.stream();
        String said = wish.level();
        Level level = said == null ? null : Level.parse(said).orElse(null);
        try {
            Pattern pattern = grep == null ? null : Pattern.compile(grep);
            return new Filter(grep == null && stream == null && level == null, line -> {
                Level of = level == null ? null : line.level();
                return (stream == null || stream.equals(line.stderr() ? "stderr" : "stdout"))
                        && (level == null || (of != null && of.compareTo(level) >= 0))
                        && (pattern == null || pattern.matcher(line.text()).find());
            });
        } catch (PatternSyntaxException e) {
            throw new Refused(400, new Failure("grep: " + e.getDescription() + ": " + e.getPattern(), List.of()));
        }
    }
}
