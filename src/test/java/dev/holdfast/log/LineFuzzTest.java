package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hostile lines: nothing throws, nothing grows, and no line costs more than its length allows. */
class LineFuzzTest {
    /** Of a pattern that takes a backtracking matcher for ever; many times what is needed here, on a busy host too. */
    private static final Duration PER_LINE = Duration.ofSeconds(5);

    private static final List<String> SHAPES = List.of(
            "{\"level\":\"",
            "\\\"",
            "level=",
            "[error]",
            "PHP ",
            "Caused by:",
            "\tat ",
            "password=",
            "Bearer ",
            "\u00e4",
            "{{{{{{{{",
            "[[[[[[[[",
            "a",
            "\n",
            "\r",
            " ",
            "<3>",
            "E1121 ",
            "]",
            "}",
            ":",
            "ERROR",
            "=\"");

    @Test
    void randomLinesInRandomPartsComeToAnEnd() throws IOException {
        long seed = Long.getLong("holdfast.seed", 20261121);
        var random = new SplittableRandom(seed);
        var joining = new Joining(null, "^(\\s|Caused by:|(a*)*b)", 50, 4096, Duration.ofSeconds(1));
        var rules = new LineRules(
                Level.DEBUG,
                joining,
                List.of("(?i)password=\\S+", "(a+)+$", "(\\w|\\d|.)*;$", "Bearer [\\w.-]+"),
                null);
        var stage = new Stage(rules, Stage.memory());
        Stream s = stream(rules);
        var counted = new Counted();
        for (int i = 0; i < 1500; i++) {
            byte[] part = part(random);
            stage.take(s, part, part.length, random.nextInt(10) == 0, new MonoTime(i), counted);
            assertThat(s.carried()).as("seed " + seed).isLessThanOrEqualTo(Stage.HELD);
        }
        assertThat(counted.lines).isPositive();
    }

    @Test
    void noPatternBlowsUp() {
        byte[] line = ("a".repeat(Stage.HELD - 1) + "!").getBytes(StandardCharsets.US_ASCII);
        var redaction = new Redaction(List.of("(a+)+$", "(a|aa)+$", "(.*a){12}$"));
        long began = System.nanoTime();
        redaction.find(line, 0, line.length);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PER_LINE);
    }

    @Test
    void levelsAreFoundInTheHeadOfALine() {
        for (String shape : SHAPES) {
            byte[] line = shape.repeat(4_000_000 / shape.length()).getBytes(StandardCharsets.UTF_8);
            long began = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                Levels.of(line, 0, line.length);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).as(shape).isLessThan(PER_LINE);
        }
    }

    private static byte[] part(SplittableRandom random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(60); i >= 0; i--) {
            text.append(SHAPES.get(random.nextInt(SHAPES.size())).repeat(random.nextInt(1, 4)));
        }
        if (random.nextInt(100) == 0) {
            text.append("a".repeat(random.nextInt(60_000)));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(5); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes.length <= Recovery.DATA_BYTES ? bytes : java.util.Arrays.copyOf(bytes, Recovery.DATA_BYTES);
    }

    private static Stream stream(LineRules rules) throws IOException {
        Fd nothing = Descriptors.open("/dev/null", Descriptors.O_RDONLY, 0);
        var target =
                new LogTarget("web", new Source("web", 0), Path.of("/nowhere"), Format.JSON, new Rotation(1, 1), rules);
        return new Stream(
                new InstanceId("0".repeat(32)),
                false,
                nothing,
                new LogFile(target, ArchiveTest.NONE),
                target,
                0,
                Recovery.Held.NOTHING);
    }

    private static final class Counted implements Sink {
        private int lines;

        @Override
        public void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held) {
            line(text, offset, length, whole);
        }

        @Override
        public void line(byte[] text, int offset, int length, boolean whole) {
            lines++;
            assertThat(offset + length).isLessThanOrEqualTo(text.length);
        }

        @Override
        public void note(String text) {
            lines++;
        }
    }
}
