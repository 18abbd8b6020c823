package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick way of many lines into JSON writes what the way of single ones does. */
class JsonLinesTest {
    private static final List<String> PIECES = List.of(
            "GET /index.html HTTP/1.1",
            "level=warn ",
            "[error] ",
            "ERROR",
            "\"quoted\"",
            "{\"level\":\"info\",\"n\":1}",
            "{}",
            " {} ",
            "\\",
            "\t",
            "\r",
            "\u00e4\u20ac",
            "\u0080",
            "\n",
            "\n",
            "\n\n",
            "plain words of some length that nothing is wrong with ",
            "x");

    @TempDir
    private Path dir;

    @Test
    void manyAtOnceAreAsOneByOne() throws IOException {
        long seed = Long.getLong("holdfast.seed", 20261121);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 400; i++) {
            byte[] text = text(random);
            int[] cuts =
                    random.ints(random.nextInt(4), 0, text.length + 1).sorted().toArray();
            byte[] quick = written(text, cuts, false);
            assertThat(new String(quick, StandardCharsets.ISO_8859_1))
                    .as("seed " + seed + ", text " + i)
                    .isEqualTo(new String(written(text, cuts, true), StandardCharsets.ISO_8859_1));
        }
    }

    private static byte[] text(SplittableRandom random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        if (random.nextInt(8) == 0) {
            text.insert(random.nextInt(text.length()), "long ".repeat(random.nextInt(3, 25_000)));
        }
        return text.toString().getBytes(random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    /** @param heard a listener wants each line, so that none of them goes the quick way */
    private byte[] written(byte[] text, int[] cuts, boolean heard) throws IOException {
        Path file = dir.resolve("out");
        Files.deleteIfExists(file);
        var source = new Source("web", 3, new TreeMap<>(Map.of("site", "a\"b")));
        var target = new LogTarget("web/3", source, file, Format.JSON, new Rotation(1 << 30, 1), LineRules.NONE);
        Stream s = new Stream(
                new InstanceId("7".repeat(32)),
                false,
                StageTest.NO_PIPE,
                new LogFile(target, ArchiveTest.NONE),
                target,
                0,
                Recovery.Held.NOTHING);
        var writer = new LineWriter();
        var recorder = new Recorder(writer, new Pump.LineListener() {
            @Override
            public void line(Entry entry) {}

            @Override
            public boolean listens() {
                return heard;
            }
        });
        var stage = new Stage(LineRules.NONE, Stage.memory());
        var encoder = new JsonEncoder();
        int from = 0;
        try (Fd to = Descriptors.open(file, Descriptors.O_WRONLY | Descriptors.O_CREAT | Descriptors.O_APPEND, 0600)) {
            for (int i = 0; i <= cuts.length; i++) {
                int end = i < cuts.length ? cuts[i] : text.length;
                Instant at = Instant.ofEpochSecond(1_790_000_000L + i / 2, i * 1000L);
                s.heldSince = s.carried() == 0 ? null : s.heldSince == null ? at : s.heldSince;
                writer.begin();
                recorder.begin(s, encoder, to, at, "");
                byte[] part = Arrays.copyOfRange(text, from, end);
                stage.take(s, part, part.length, false, new MonoTime(i), recorder);
                writer.flush(to);
                assertThat(writer.failure()).isZero();
                from = end;
            }
        }
        return Files.readAllBytes(file);
    }
}
