package dev.holdfast.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.metric.History.Metric;
import dev.holdfast.metric.History.Span;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private static final long BEGIN = 1_800_000_000L; // a whole quarter of an hour

    @TempDir
    Path dir;

    private final List<String> warned = new ArrayList<>();
    private History history = new History(Path.of("/nowhere"), _ -> {});

    private History open() {
        history = new History(dir, warned::add);
        return history;
    }

    @AfterEach
    void close() {
        history.close();
    }

    private static Map<String, float[]> web(double cpu, double memory, double restarts) {
        return Map.of("process:web/0", new float[] {(float) cpu, (float) memory, (float) restarts});
    }

    private static double of(long t) {
        return (double) t;
    }

    private float[] values(Metric m, Span s, long now) throws IOException {
        return history.read("process:web/0", m, s, now).orElseThrow().values();
    }

    @Test
    void tellsEachSampleAtItsTimeAndNothingWhereThereIsNone() throws IOException {
        open();
        history.add(BEGIN, web(0.25f, 1000, 3));
        history.add(BEGIN + 10, web(0.75f, Float.NaN, 4));
        History.Line line =
                history.read("process:web/0", Metric.CPU, Span.HOUR, BEGIN + 17).orElseThrow();
        assertThat(line.until()).isEqualTo(BEGIN + 15);
        float[] v = line.values();
        assertThat(v).hasSize(720);
        assertThat(v[719]).isEqualTo(0.75f);
        assertThat(v[718]).isNaN();
        assertThat(v[717]).isEqualTo(0.25f);
        assertThat(v[716]).isNaN();
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 17)[719]).isNaN();
        assertThat(values(Metric.RESTARTS, Span.HOUR, BEGIN + 17)[719]).isEqualTo(4);
        assertThat(history.read("process:other/0", Metric.CPU, Span.HOUR, BEGIN))
                .isEmpty();
    }

    @Test
    void makesCoarserStepsOfFinerOnes() throws IOException {
        open();
        for (int i = 0; i <= 900 / 5; i++) {
            int restarts = i / 10;
            history.add(BEGIN + 5L * i, web(i % 2, i, restarts));
        }
        float[] minutes = values(Metric.MEMORY, Span.DAY, BEGIN + 900);
        assertThat(minutes[1439]).isEqualTo(179); // the most
        assertThat(minutes[1425]).isEqualTo(11);
        assertThat(minutes[1424]).isNaN();
        assertThat(values(Metric.CPU, Span.DAY, BEGIN + 900)[1439]).isEqualTo(0.5f); // the mean
        assertThat(values(Metric.RESTARTS, Span.DAY, BEGIN + 900)[1439]).isEqualTo(17); // the last
        float[] quarters = values(Metric.MEMORY, Span.MONTH, BEGIN + 900);
        assertThat(quarters[2879]).isEqualTo(179);
        assertThat(quarters[2878]).isNaN();
    }

    @Test
    void aNewDaemonGoesOnAndFinishesWhatTheLastOneBegan() throws IOException {
        open();
        for (int i = 0; i < 6; i++) {
            history.add(BEGIN + 5L * i, web(1, 100 + i, 0));
        }
        // Killed: nothing is closed.
        History killed = history;
        open();
        history.add(BEGIN + 70, web(2, 200, 1));
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 75)[719]).isEqualTo(200);
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 30)[719]).isEqualTo(105);
        assertThat(values(Metric.MEMORY, Span.DAY, BEGIN + 60)[1439]).isEqualTo(105);
        killed.close();
    }

    @Test
    void keepsItsSizeHoweverLongItGoesOn() throws IOException {
        open();
        for (long t = 0; t < 4 * 3600; t += 5) {
            history.add(BEGIN + t, web(of(t), of(t), of(t)));
        }
        for (long t = 4 * 3600; t < 5 * 3600; t += 5) {
            history.add(BEGIN + t, web(of(t), of(t), of(t)));
        }
        for (long t = BEGIN + 6 * 3600; t < BEGIN + 70L * 24 * 3600; t += 8 * 3600) {
            history.add(t, web(of(t), of(t), of(t)));
        }
        assertThat(Files.size(dir.resolve("history-00"))).isLessThan(4L << 20);
        assertThat(dir.resolve("history-01")).doesNotExist();
    }

    @Test
    void goesRoundWithoutLosingAStep() throws IOException {
        open();
        for (long t = 0; t < 5 * 3600; t += 5) {
            history.add(BEGIN + t, web(of(t), of(t), of(t)));
        }
        float[] hour = values(Metric.MEMORY, Span.HOUR, BEGIN + 5 * 3600);
        for (int i = 0; i < 720; i++) {
            assertThat(hour[i]).isEqualTo(4 * 3600 + 5 * i);
        }
        assertThat(values(Metric.MEMORY, Span.DAY, BEGIN + 5 * 3600)[1440 - 300])
                .isEqualTo(55);
    }

    @Test
    void setsADamagedFileAsideAndGoesOn() throws IOException {
        open();
        history.add(BEGIN, web(1, 100, 0));
        history.close();
        try (var file = new RandomAccessFile(dir.resolve("history-00").toFile(), "rw")) {
            file.seek(60); // within the first name
            file.write('X');
        }
        open();
        history.add(BEGIN + 5, web(1, 101, 0));
        assertThat(warned).singleElement().asString().contains("begins anew").contains("history-00.damaged");
        assertThat(dir.resolve("history-00.damaged")).exists();
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 10)[719]).isEqualTo(101);
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 10)[718]).isNaN();
    }

    @Test
    void takesADamagedRowForUnknownAndACutFileToo() throws IOException {
        open();
        history.add(BEGIN, web(1, 100, 0));
        history.add(BEGIN + 5, web(1, 101, 0));
        history.close();
        Path path = dir.resolve("history-00");
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 100] ^= 1; // the last row: the later one
        Files.write(path, bytes);
        open();
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 10)[719]).isNaN();
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 10)[718]).isEqualTo(100);
        history.close();
        Files.write(path, java.util.Arrays.copyOf(bytes, bytes.length - 1000));
        open();
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 10)).containsOnly(Float.NaN);
        history.add(BEGIN + 10, web(1, 102, 0));
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 15)[719]).isEqualTo(102);
        assertThat(warned).isEmpty();
    }

    @Test
    void forgetsWhoHasBeenGoneForThirtyDaysAndGivesNobodyHisPast() throws IOException {
        open();
        history.add(BEGIN, web(1, 100, 0));
        long month = BEGIN + 31L * 24 * 3600;
        history.add(month, Map.of("host", new float[] {1, 2, 3}));
        assertThat(history.read("process:web/0", Metric.CPU, Span.HOUR, month)).isEmpty();
        history.add(month + 5, web(5, 500, 0)); // takes a free column
        assertThat(values(Metric.MEMORY, Span.HOUR, month + 10)[719]).isEqualTo(500);
        assertThat(values(Metric.MEMORY, Span.HOUR, month + 10)[718]).isNaN();
    }

    @Test
    void leavesOutSubjectsBeyondItsBound() throws IOException {
        open();
        var all = new HashMap<String, float[]>();
        for (int i = 0; i < History.MOST_SHARDS * Shard.SUBJECTS + 3; i++) {
            all.put("process:p" + i + "/0", new float[] {1, i, 0});
        }
        history.add(BEGIN, all);
        history.add(BEGIN + 5, Map.of("x".repeat(200), new float[] {1, 1, 1}));
        var sheet = new Sheet();
        history.into(sheet);
        assertThat(Objects.requireNonNull(sheet.all().get(Family.HISTORY_OMITTED))
                        .toMap())
                .containsEntry(List.of(), 1.0);
        assertThat(Objects.requireNonNull(sheet.all().get(Family.HISTORY_SERIES))
                        .toMap())
                .containsEntry(List.of(), (double) History.MOST_SHARDS * Shard.SUBJECTS);
        assertThat(history.read("process:p7/0", Metric.MEMORY, Span.HOUR, BEGIN + 5)
                        .map(l -> l.values()[719])
                        .orElse(7f))
                .isEqualTo(7);
        assertThat(warned).isEmpty();
    }

    @Test
    void keepsWhatIsWrittenWhenTheClockIsSetBackALittle() throws IOException {
        open();
        history.add(BEGIN + 60, web(1, 100, 0));
        history.add(BEGIN + 55, web(1, 999, 0));
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 65)[719]).isEqualTo(100);
        assertThat(values(Metric.MEMORY, Span.HOUR, BEGIN + 65)[718]).isNaN();
    }

    @Test
    void saysOnceThatNothingCanBeKept() throws IOException {
        Files.writeString(dir.resolve("file"), "");
        history = new History(dir.resolve("file"), warned::add);
        history.add(BEGIN, web(1, 1, 1));
        history.add(BEGIN + 5, web(1, 1, 1));
        assertThat(warned).singleElement().asString().contains("not kept for now");
    }
}
