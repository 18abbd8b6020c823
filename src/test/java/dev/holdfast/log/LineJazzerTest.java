package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile lines, found by Jazzer, which goes where coverage leads it: {@code fuzz/run}. Without it the seeds, and what
 * was found once, are tried.
 */
@Tag("jazzer")
class LineJazzerTest {
    /** Of this thread's processor time, for up to 4 KiB: with Jazzer's marks in all code, on a cold JVM. */
    private static final Duration PER_INPUT = Duration.ofSeconds(2);

    private static final String SECRET = "password=hunter2";
    private static final Redaction SECRETS =
            new Redaction(List.of("(?i)password=\\S+", "(a+)+$", "(\\w|\\d|.)*;$", "Bearer [\\w.-]+"));
    private static final LineRules ALL = new LineRules(
            Level.DEBUG,
            new Joining(null, "^(\\s|Caused by:|(a*)*b)", 50, 4096, Duration.ofSeconds(1)),
            List.of("(?i)password=\\S+", "(\\w|\\d|.)*;$"),
            null);

    static Stream<byte[]> seeds() {
        return LineFuzzTest.CORPUS.stream().map(line -> line.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void theLevelIsAsAPlainSearchFindsIt(byte[] line) throws IOException {
        long began = processorNanos();
        Level level = Levels.of(line, 0, line.length);
        soon(began);
        assertThat(level).isEqualTo(LevelsModel.of(line, 0, line.length));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void whereverReadsPartTheTextTheSameLinesCome(byte[] input) throws IOException {
        byte[] text = input.length < 2 ? input : Arrays.copyOfRange(input, 2, input.length);
        int first = input.length < 2 ? 0 : (input[0] & 0xff) * text.length / 256;
        int second = input.length < 2 ? first : first + (input[1] & 0xff) * (text.length - first) / 256;
        long began = processorNanos();
        List<String> parted = lines(
                Arrays.copyOf(text, first),
                Arrays.copyOfRange(text, first, second),
                Arrays.copyOfRange(text, second, text.length));
        soon(began);
        assertThat(parted).isEqualTo(lines(text));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void noSecretGetsThrough(byte[] around) throws IOException {
        int at = around.length / 2;
        byte[] planted = (" " + SECRET + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] line = Arrays.copyOf(around, around.length + planted.length);
        System.arraycopy(planted, 0, line, at, planted.length);
        System.arraycopy(around, at, line, at + planted.length, around.length - at);
        long began = processorNanos();
        int[] out = Objects.requireNonNull(SECRETS.find(line, 0, line.length));
        soon(began);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).isBetween(i == 0 ? 0 : out[i - 1] + 1, line.length);
        }
        boolean hidden = false;
        for (int i = 0; i < out.length; i += 2) {
            hidden |= out[i] <= at + 1 && out[i + 1] >= at + 1 + SECRET.length();
        }
        assertThat(hidden).isTrue();
    }

    /** What the checker takes for JSON, and the level in it, within the time. */
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "2m")
    void jsonIsReadWithoutGoingBack(byte[] line) throws IOException {
        long began = processorNanos();
        boolean object = JsonText.isObject(line, 0, line.length);
        Level level = JsonLevel.of(line, 0, line.length);
        soon(began);
        if (object) {
            byte[] amid = new byte[line.length + 2];
            amid[0] = '{';
            amid[amid.length - 1] = '"';
            System.arraycopy(line, 0, amid, 1, line.length);
            assertThat(JsonText.isObject(amid, 1, line.length)).isTrue();
            assertThat(JsonLevel.of(amid, 1, line.length + 1)).isEqualTo(level);
        }
    }

    private static List<String> lines(byte[]... parts) {
        var target =
                new LogTarget("web", new Source("web", 0), Path.of("/nowhere"), Format.JSON, new Rotation(1, 1), ALL);
        var s = new dev.holdfast.log.Stream(
                new InstanceId("0".repeat(32)),
                false,
                StageTest.NO_PIPE,
                new LogFile(target, ArchiveTest.NONE),
                target,
                0,
                Recovery.Held.NOTHING);
        var stage = new Stage(ALL, Stage.memory());
        var kept = new Kept();
        for (byte[] part : parts) {
            stage.take(s, part, part.length, false, new MonoTime(0), kept);
            assertThat(s.carried()).isLessThanOrEqualTo(Stage.HELD);
        }
        stage.take(s, new byte[0], 0, true, new MonoTime(0), kept);
        return kept.texts;
    }

    private static void soon(long began) throws IOException {
        assertThat(Duration.ofNanos(processorNanos() - began)).isLessThan(PER_INPUT);
    }

    /** Of this thread (proc_pid_schedstat(5)). */
    private static long processorNanos() throws IOException {
        String first = Files.readString(Path.of("/proc/thread-self/schedstat"));
        return Long.parseLong(first.substring(0, first.indexOf(' ')));
    }

    private static final class Kept implements Sink {
        private final List<String> texts = new ArrayList<>();

        @Override
        public void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held) {
            line(text, offset, length, whole);
        }

        @Override
        public void line(byte[] text, int offset, int length, boolean whole) {
            texts.add(new String(text, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void note(String text) {
            texts.add(text);
        }
    }
}
