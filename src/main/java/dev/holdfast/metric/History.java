package dev.holdfast.metric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was measured lately: each sample for an hour, a row a minute for a day, a row a quarter of an hour for thirty days.
 * In files of a fixed size, 64 subjects each and 3.8 MiB, of which only what was written takes room; {@value #MOST_SHARDS}
 * files at most. The coarser rows are made of the finer ones when their time is over, also of those that an earlier
 * daemon wrote. Thread-safe.
 */
public final class History implements AutoCloseable {
    static final int MOST_SHARDS = 64;

    /**
     * Before a subject's name, one more subject: its {@link Metric#MEMORY}, of which each step keeps the most, is the cores
     * that it used. So peaks stay known when steps are rolled up, whose {@link Metric#CPU} is a mean.
     */
    public static final String PEAKS = "peaks:";

    /** Before a mount point: its {@link Metric#MEMORY} is what is used there, its {@link Metric#CPU} what there is, in bytes. */
    public static final String DISK = "disk:";

    private static final Duration FORGOTTEN = Duration.ofDays(30);
    private static final long MARKED_SECONDS = 3600;

    private final Path dir;
    private final Consumer<String> warn;
    private final List<Shard> shards = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();
    private boolean open;
    private long lastStep = Long.MIN_VALUE;
    private long lastMark;
    private int omitted;
    private @Nullable String told;

    /** What is kept of each subject. */
    public enum Metric {
        /** The mean of a step. */
        CPU(0, "cores"),
        /** The most of a step. */
        MEMORY(1, "bytes"),
        /** As it was at the end of a step. */
        RESTARTS(2, "restarts");

        private final int place;
        private final String unit;

        Metric(int place, String unit) {
            this.place = place;
            this.unit = unit;
        }

        /** Where its value stands in a sample; part of the files' form. */
        public int place() {
            return place;
        }

        public String unit() {
            return unit;
        }
    }

    /** How far back, and how finely. */
    public enum Span {
        HOUR("1h", 5, 720),
        DAY("24h", 60, 1440),
        MONTH("30d", 900, 2880);

        private final String written;
        private final int seconds;
        private final int steps;

        Span(String written, int seconds, int steps) {
            this.written = written;
            this.seconds = seconds;
            this.steps = steps;
        }

        public String written() {
            return written;
        }

        /** Of a step. */
        public int seconds() {
            return seconds;
        }

        public int steps() {
            return steps;
        }
    }

    /** Which file, and which column of it. */
    private record Place(int shard, int column) {}

    /**
     * What there is of one metric.
     *
     * @param until seconds since 1970: the end of the last step
     * @param values oldest first; NaN is unknown
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers to be drawn, compared by nobody
    public record Line(long until, float[] values) {}

    /**
     * Nothing is touched before the first sample or question.
     *
     * @param warn told, in words for people, what cannot be kept
     */
    public History(Path dir, Consumer<String> warn) {
        this.dir = dir;
        this.warn = warn;
    }

    // ── in ──

    /**
     * One sample of all subjects.
     *
     * @param now seconds since 1970
     * @param values of each subject by {@link Metric}; NaN is unknown
     */
    public synchronized void add(long now, Map<String, float[]> values) {
        try {
            openAll();
            long step = Math.floorDiv(now, Span.HOUR.seconds());
            if (step <= lastStep && lastStep - step < Span.HOUR.steps()) {
                return; // the clock was set back a little: what is written stays
            }
            rollUp(step);
            var rows = new HashMap<Integer, float[][]>();
            omitted = 0;
            boolean marks = now - lastMark >= MARKED_SECONDS || now < lastMark;
            for (var e : values.entrySet()) {
                Place p = place(e.getKey(), now);
                if (p == null) {
                    omitted++;
                    continue;
                }
                float[][] row = rows.computeIfAbsent(p.shard, _ -> unknown());
                for (Metric m : Metric.values()) {
                    row[m.place()][p.column] = e.getValue()[m.place()];
                }
                if (marks) {
                    shards.get(p.shard).mark(p.column, now);
                }
            }
            for (var row : rows.entrySet()) {
                shards.get(row.getKey()).write(Span.HOUR, step, row.getValue());
            }
            lastStep = step;
            if (marks) {
                lastMark = now;
                forget(now);
            }
            told = null;
        } catch (IOException e) {
            if (told == null) {
                told = String.valueOf(e.getMessage());
                warn.accept("the history of metrics is not kept for now: " + e);
            }
        }
    }

    private static float[][] unknown() {
        var row = new float[Metric.values().length][Shard.SUBJECTS];
        for (float[] of : row) {
            Arrays.fill(of, Float.NaN);
        }
        return row;
    }

    private void openAll() throws IOException {
        if (open) {
            return;
        }
        Files.createDirectories(dir);
        while (shards.size() < MOST_SHARDS && Files.exists(file(shards.size()))) {
            next();
        }
        open = true;
    }

    private Path file(int shard) {
        return dir.resolve("history-%02d".formatted(shard));
    }

    /** Opens the next file. A damaged one is set aside; its subjects begin anew. */
    private void next() throws IOException {
        Path file = file(shards.size());
        Shard shard;
        try {
            shard = Shard.open(file);
        } catch (Shard.Damaged e) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            warn.accept("the history of some metrics begins anew: " + file + " is damaged (" + e.getMessage()
                    + ") and kept as " + aside.getFileName());
            shard = Shard.open(file);
        }
        for (int c = 0; c < Shard.SUBJECTS; c++) {
            if (!shard.name(c).isEmpty()) {
                places.put(shard.name(c), new Place(shards.size(), c));
            }
        }
        shards.add(shard);
    }

    /** Null: there is no room for it. */
    private @Nullable Place place(String subject, long now) throws IOException {
        Place known = places.get(subject);
        if (known != null) {
            return known;
        }
        if (subject.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > Shard.LONGEST_NAME) {
            return null;
        }
        for (int i = 0; i < MOST_SHARDS; i++) {
            if (i == shards.size()) {
                next();
            }
            int column = shards.get(i).admit(subject, now);
            if (column >= 0) {
                var place = new Place(i, column);
                places.put(subject, place);
                return place;
            }
        }
        return null;
    }

    private void forget(long now) throws IOException {
        for (var e : List.copyOf(places.entrySet())) {
            Shard shard = shards.get(e.getValue().shard);
            if (now - shard.seen(e.getValue().column) > FORGOTTEN.toSeconds()) {
                shard.mark(e.getValue().column, 0);
                places.remove(e.getKey());
            }
        }
    }

    // ── from fine to coarse ──

    /** Steps of the coarser rings that are over by now, and have not been made yet. */
    private void rollUp(long step) throws IOException {
        for (int i = 1; i < Span.values().length; i++) {
            Span fine = Span.values()[i - 1];
            Span coarse = Span.values()[i];
            int ratio = coarse.seconds() / fine.seconds();
            long now = Math.floorDiv(step * Span.HOUR.seconds(), coarse.seconds());
            long before = lastStep == Long.MIN_VALUE
                    ? now - fine.steps() / ratio
                    : Math.floorDiv(lastStep * Span.HOUR.seconds(), coarse.seconds());
            for (long s = Math.max(before, now - fine.steps() / ratio); s < now; s++) {
                for (Shard shard : shards) {
                    if (lastStep != Long.MIN_VALUE || shard.read(coarse, s) == null) {
                        rollUp(shard, fine, coarse, s);
                    }
                }
            }
        }
    }

    private static void rollUp(Shard shard, Span fine, Span coarse, long step) throws IOException {
        int ratio = coarse.seconds() / fine.seconds();
        float[][] sum = unknown();
        var counts = new int[Shard.SUBJECTS];
        boolean any = false;
        for (long s = step * ratio; s < (step + 1) * ratio; s++) {
            float[][] row = shard.read(fine, s);
            if (row == null) {
                continue;
            }
            any = true;
            for (int c = 0; c < Shard.SUBJECTS; c++) {
                float cpu = row[Metric.CPU.place()][c];
                if (!Float.isNaN(cpu)) {
                    sum[0][c] = counts[c]++ == 0 ? cpu : sum[0][c] + cpu;
                }
                float memory = row[Metric.MEMORY.place()][c];
                if (!Float.isNaN(memory)) {
                    sum[1][c] = Float.isNaN(sum[1][c]) ? memory : Math.max(sum[1][c], memory);
                }
                float restarts = row[Metric.RESTARTS.place()][c];
                sum[2][c] = Float.isNaN(restarts) ? sum[2][c] : restarts;
            }
        }
        for (int c = 0; c < Shard.SUBJECTS; c++) {
            sum[0][c] /= Math.max(1, counts[c]);
        }
        if (any) {
            shard.write(coarse, step, sum);
        }
    }

    // ── out ──

    /**
     * The steps that are over.
     *
     * @param now seconds since 1970
     * @return empty: nothing is known of that subject
     */
    public synchronized Optional<Line> read(String subject, Metric metric, Span span, long now) throws IOException {
        openAll();
        Place p = places.get(subject);
        if (p == null) {
            return Optional.empty();
        }
        long step = Math.floorDiv(now, span.seconds());
        var values = new float[span.steps()];
        shards.get(p.shard).read(span, step - span.steps(), metric.place(), p.column, values);
        return Optional.of(new Line(step * span.seconds(), values));
    }

    /** How many there is a history of, and of how many of the last sample there is none for want of room. */
    public synchronized void into(Sheet sheet) {
        sheet.put(Family.HISTORY_SERIES, places.size());
        sheet.put(Family.HISTORY_OMITTED, omitted);
    }

    @Override
    public synchronized void close() {
        for (Shard s : shards) {
            try {
                s.close();
            } catch (IOException e) {
                warn.accept("the history of metrics: " + e.getMessage());
            }
        }
        shards.clear();
        places.clear();
        open = false;
    }
}
