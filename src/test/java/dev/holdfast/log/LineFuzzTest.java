package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hostile lines: nothing throws, nothing grows, and no line costs more than its length allows. */
class LineFuzzTest {
    /** Of this thread's processor time, so that a busy host is no failure; a backtracking matcher would take for ever. */
    private static final Duration PER_LINE = Duration.ofSeconds(5);

    private static final int INPUTS = Integer.getInteger("holdfast.fuzz.inputs", 100_000);
    private static final String SECRET = "hunter2";

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

    static final List<String> CORPUS = List.of(
            "time=2026-11-21T05:50:00Z level=warning msg=\"disk\"",
            "{\"ts\":1,\"level\":\"info\",\"msg\":\"level=error\"}",
            "{\"level\":50,\"time\":1,\"nested\":{\"level\":\"error\"}}",
            "[21-Nov-2026 05:50:00] WARNING: [pool www] server reached max_children",
            "[21-Nov-2026 05:50:00 UTC] PHP Warning:  Undefined variable $x in /a.php on line 3",
            "PHP Fatal error:  Uncaught Exception",
            "2026/11/21 05:50:00 [error] 7#7: *1 open() failed",
            "WARNING:root:watch out",
            "2026-11-21 05:50:00,123 - app.db - ERROR - lost",
            "2026-11-21 05:50:00,123 WARN  [main] com.example.App - slow\n\tat a\n\tat b\nCaused by: c\n",
            "I1121 05:50:00.123456    7 file.go:1] hello",
            "127.0.0.1 - - [21/Nov/2026:05:50:00 +0000] \"GET /ERROR/x HTTP/1.1\" 200 1",
            "error: no such file",
            "Authorization: Bearer a.b-c; Password=geheim");

    @Test
    void randomLinesInRandomPartsComeToAnEnd() {
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
    void noPatternBlowsUp() throws IOException {
        byte[] line = ("a".repeat(Stage.HELD - 1) + "!").getBytes(StandardCharsets.US_ASCII);
        var redaction = new Redaction(List.of("(a+)+$", "(a|aa)+$", "(.*a){12}$"));
        long began = processorNanos();
        redaction.find(line, 0, line.length);
        assertThat(Duration.ofNanos(processorNanos() - began)).isLessThan(PER_LINE);
    }

    /** What of a line does not matter costs nothing: the answer is the same without it, and whatever is around. */
    @Test
    void theLevelIsInTheHeadOfALineAndAsAPlainSearchFindsIt() {
        long seed = Long.getLong("holdfast.seed", 20261121);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < INPUTS; i++) {
            byte[] line = mutated(random);
            Level level = Levels.of(line, 0, line.length);
            assertThat(level).as(shown(seed, line)).isEqualTo(LevelsModel.of(line, 0, line.length));
            byte[] amid = new byte[line.length + 32];
            random.nextBytes(amid);
            System.arraycopy(line, 0, amid, 16, line.length);
            assertThat(Levels.of(amid, 16, line.length)).as(shown(seed, line)).isEqualTo(level);
            if (i % 100 == 0) {
                byte[] longer = Arrays.copyOf(line, 1 << 20);
                Arrays.fill(longer, line.length, longer.length, (byte) "x=[E{\"".charAt(random.nextInt(6)));
                assertThat(Levels.of(longer, 0, longer.length))
                        .as(shown(seed, line))
                        .isEqualTo(Levels.of(longer, 0, 9 << 10));
            }
        }
    }

    @Test
    void noSecretGetsThroughAndNothingElseIsTouched() {
        long seed = Long.getLong("holdfast.seed", 20261121);
        var random = new SplittableRandom(seed);
        var redaction = new Redaction(List.of("(?i)password=\\S+", "Bearer [\\w.-]+"));
        for (int i = 0; i < INPUTS / 4; i++) {
            byte[] line = with(mutated(random), random, "password=" + SECRET);
            int[] out = Objects.requireNonNull(redaction.find(line, 0, line.length), () -> shown(seed, line));
            int at = 0;
            for (int j = 0; j < out.length; j++) {
                assertThat(out[j]).as(shown(seed, line)).isBetween(j == 0 ? 0 : at + 1, line.length);
                at = out[j];
            }
            String left = new String(Redaction.apply(line, 0, line.length, out), StandardCharsets.ISO_8859_1);
            assertThat(left).as(shown(seed, line)).doesNotContain(SECRET);
            assertThat(left.replace("[redacted]", "").length())
                    .as(shown(seed, line))
                    .isLessThanOrEqualTo(line.length - SECRET.length());
        }
    }

    @Test
    void whereverReadsPartTheTextTheSameLinesCome() {
        long seed = Long.getLong("holdfast.seed", 20261121);
        var random = new SplittableRandom(seed);
        var joining = new Joining(null, "^(\\s|Caused by:|(a*)*b)", 50, 4096, Duration.ofSeconds(1));
        var rules = new LineRules(Level.DEBUG, joining, List.of("(?i)password=\\S+"), null);
        for (int i = 0; i < INPUTS / 10; i++) {
            byte[] text = mutated(random);
            int first = random.nextInt(text.length + 1);
            int second = random.nextInt(first, text.length + 1);
            List<String> whole = lines(rules, text);
            assertThat(lines(
                            rules,
                            Arrays.copyOf(text, first),
                            Arrays.copyOfRange(text, first, second),
                            Arrays.copyOfRange(text, second, text.length)))
                    .as(shown(seed, text))
                    .isEqualTo(whole);
        }
    }

    private static List<String> lines(LineRules rules, byte[]... parts) {
        var stage = new Stage(rules, Stage.memory());
        Stream s = stream(rules);
        var counted = new Counted();
        for (byte[] part : parts) {
            stage.take(s, part, part.length, false, new MonoTime(0), counted);
        }
        stage.take(s, new byte[0], 0, true, new MonoTime(0), counted);
        return counted.texts;
    }

    /** Of this thread (proc_pid_schedstat(5)). */
    private static long processorNanos() throws IOException {
        String first = Files.readString(Path.of("/proc/thread-self/schedstat"));
        return Long.parseLong(first.substring(0, first.indexOf(' ')));
    }

    private static String shown(long seed, byte[] line) {
        return "seed " + seed + ": " + new String(line, StandardCharsets.ISO_8859_1);
    }

    /** A line as programs write them, broken a little, or a few of the pieces that mean something. */
    private static byte[] mutated(SplittableRandom random) {
        var text = new StringBuilder(random.nextInt(3) == 0 ? "" : CORPUS.get(random.nextInt(CORPUS.size())));
        for (int i = random.nextInt(6); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, SHAPES.get(random.nextInt(SHAPES.size())));
                case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(8)));
                case 2 -> text.insert(at, (char) random.nextInt(256));
                default -> text.insert(at, " ".repeat(random.nextInt(200)));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] with(byte[] line, SplittableRandom random, String secret) {
        int at = random.nextInt(line.length + 1);
        byte[] planted = (" " + secret + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(line, line.length + planted.length);
        System.arraycopy(line, at, all, at + planted.length, line.length - at);
        System.arraycopy(planted, 0, all, at, planted.length);
        return all;
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

    private static Stream stream(LineRules rules) {
        var target =
                new LogTarget("web", new Source("web", 0), Path.of("/nowhere"), Format.JSON, new Rotation(1, 1), rules);
        return new Stream(
                new InstanceId("0".repeat(32)),
                false,
                StageTest.NO_PIPE,
                new LogFile(target, ArchiveTest.NONE),
                target,
                0,
                Recovery.Held.NOTHING);
    }

    private static final class Counted implements Sink {
        private int lines;
        private final List<String> texts = new ArrayList<>();

        @Override
        public void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held) {
            line(text, offset, length, whole);
        }

        @Override
        public void line(byte[] text, int offset, int length, boolean whole) {
            lines++;
            texts.add(new String(text, offset, length, StandardCharsets.ISO_8859_1));
            assertThat(offset + length).isLessThanOrEqualTo(text.length);
        }

        @Override
        public void note(String text) {
            lines++;
        }
    }
}
