package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Rate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Wherever the reads part what a program wrote, the same lines come out, by other daemons too. */
class StageTest {
    private static final Joining TRACES = new Joining(null, "^(\\s|Caused by:)", 100, 32 << 10, Duration.ofSeconds(1));
    private static final LineRules JOINED = new LineRules(null, TRACES, List.of(), null);

    static final Fd NO_PIPE = nothing();

    private final byte[] work = Stage.memory();

    @Test
    void everySplitGivesTheSameLines() {
        byte[] text = bytes("one\n\ntwo\r\n\u00e4\u00f6 three\n\tat a\n\tat b\nCaused by: x\n\tat c\nlast\n");
        for (LineRules rules : List.of(LineRules.NONE, JOINED, redacting("t\\w+"))) {
            List<String> whole = run(rules, false, text);
            assertThat(whole).isNotEmpty();
            for (int i = 0; i <= text.length; i++) {
                for (int j = i; j <= text.length; j++) {
                    byte[][] parts = {part(text, 0, i), part(text, i, j), part(text, j, text.length)};
                    assertThat(run(rules, false, parts)).as(i + "," + j).isEqualTo(whole);
                    assertThat(run(rules, true, parts))
                            .as("daemons die at " + i + "," + j)
                            .isEqualTo(whole);
                }
            }
        }
    }

    @Test
    void theSimpleCutterAgreesAtEverySplit() {
        byte[] text = bytes("one\n\ntwo\r\n\u00e4\u00f6 three\n\nlast\n");
        List<String> whole = run(LineRules.NONE, false, text);
        for (int i = 0; i <= text.length; i++) {
            for (int j = i; j <= text.length; j++) {
                Stream s = stream(Recovery.Held.NOTHING);
                var lines = new Lines();
                for (byte[] part : List.of(part(text, 0, i), part(text, i, j), part(text, j, text.length))) {
                    Splitter.split(s, part, part.length, lines);
                }
                assertThat(lines.all).as(i + "," + j).isEqualTo(whole);
            }
        }
    }

    @Test
    void joinsByContinuationAndByStart() {
        String text = "ERROR boom\n\tat a\nCaused by: y\n\tat b\nINFO next\n";
        assertThat(run(JOINED, false, bytes(text)))
                .containsExactly("ERROR ERROR boom\n\tat a\nCaused by: y\n\tat b", "INFO INFO next");
        var starting = new Joining("^[A-Z]+ ", null, 100, 32 << 10, Duration.ofSeconds(1));
        assertThat(run(new LineRules(null, starting, List.of(), null), false, bytes(text)))
                .containsExactly("ERROR ERROR boom\n\tat a\nCaused by: y\n\tat b", "INFO INFO next");
    }

    @Test
    void boundsWhatIsJoinedByLinesAndBytes() {
        var three = new Joining(null, "^ ", 3, 32 << 10, Duration.ofSeconds(1));
        assertThat(run(new LineRules(null, three, List.of(), null), false, bytes("a\n b\n c\n d\n e\n")))
                .containsExactly("null a\n b\n c", "null  d\n e");
        var small = new Joining(null, "^ ", 100, 256, Duration.ofSeconds(1));
        List<String> events =
                run(new LineRules(null, small, List.of(), null), false, bytes("x\n" + " 1234567\n".repeat(100)));
        assertThat(events).hasSizeGreaterThan(3).allMatch(e -> e.length() <= 256 + 5);
    }

    @Test
    void waitsForMoreLinesOnlySoLong() {
        var stage = new Stage(JOINED, work);
        Stream s = stream(Recovery.Held.NOTHING);
        var lines = new Lines();
        byte[] text = bytes("boom\n\tat a\n");
        stage.take(s, text, text.length, false, new MonoTime(0), lines);
        assertThat(lines.all).isEmpty();
        assertThat(s.deadline).isEqualTo(new MonoTime(0).plus(Duration.ofSeconds(1)));
        stage.take(s, text, 0, true, s.deadline, lines);
        assertThat(lines.all).containsExactly("null boom\n\tat a");
        assertThat(s.deadline).isEqualTo(MonoTime.NEVER);
    }

    @Test
    void leavesOutWhatSaysALowerLevelWithItsTrace() {
        var rules = new LineRules(Level.WARNING, TRACES, List.of(), null);
        assertThat(run(rules, false, bytes("INFO a\n\tat x\nplain\nERROR b\n\tat y\n")))
                .containsExactly("null plain", "ERROR ERROR b\n\tat y");
    }

    @Test
    void takesSecretsOutAndLeavesOtherBytesAsTheyAre() {
        var rules = redacting("(?i)password=\\S+", "Bearer [\\w.-]+");
        byte[] text = bytes("user=a Password=geheim x\nAuthorization: Bearer a.b-c;\n~password=1\n");
        text[text.length - 12] = (byte) 0xff; // a broken byte right before the key must not hide it
        assertThat(run(rules, false, text))
                .containsExactly(
                        "null user=a [redacted] x", "null Authorization: [redacted];", "null \u00ff[redacted]");
    }

    @Test
    void findsSecretsAcrossThePiecesOfALongLine() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            String before = "x ".repeat(random.nextInt(10_000, 60_000));
            byte[] text = bytes(before + "password=SECRETSECRETSECRETSECRET " + "y ".repeat(40_000) + "\nnext\n");
            String all = String.join("", run(redacting("password=\\S+"), i % 2 == 0, random, text));
            assertThat(all).doesNotContain("SECRET").contains("[redacted]").endsWith("null next");
        }
    }

    @Test
    void showsNothingMoreOfALineWhoseSecretIsLongerThanWhatIsHeld() {
        byte[] text = bytes("key=" + "S".repeat(300_000) + "\nnext\n");
        String all = String.join("", run(redacting("key=\\S+"), true, new SplittableRandom(3), text));
        assertThat(all).doesNotContain("S").contains("[redacted]").endsWith("null next");
    }

    @Test
    void aLongLineComesInPiecesWithoutALostByte() {
        byte[] text = bytes("\u20ac".repeat(100_000) + "\nERROR next\n");
        var random = new SplittableRandom(11);
        for (int i = 0; i < 10; i++) {
            String all = String.join("", run(redacting("nothing"), i % 2 == 0, random, text))
                    .replace("+null ", "")
                    .replace("null ", "");
            assertThat(all).isEqualTo("\u20ac".repeat(100_000) + "ERROR ERROR next");
        }
    }

    @Test
    void dropsWhatPassesTheRateAndTellsHowMuch() {
        var rules = new LineRules(null, null, List.of(), new Rate(10, Duration.ofSeconds(1)));
        var stage = new Stage(rules, work);
        Stream s = stream(Recovery.Held.NOTHING);
        var lines = new Lines();
        byte[] hundred = bytes("line\n".repeat(100));
        stage.take(s, hundred, hundred.length, false, new MonoTime(0), lines);
        assertThat(lines.all).hasSize(10);
        assertThat(s.dropped).isEqualTo(90);
        stage.take(s, hundred, 0, true, s.deadline, lines);
        assertThat(lines.all).last().isEqualTo("note holdfast: 90 lines were dropped here: more than 10 per 1s");
        assertThat(s.dropped).isZero();
        assertThat(s.deadline).isEqualTo(MonoTime.NEVER);
    }

    private static LineRules redacting(String... patterns) {
        return new LineRules(null, null, List.of(patterns), null);
    }

    private List<String> run(LineRules rules, boolean dying, SplittableRandom random, byte[] text) {
        var parts = new ArrayList<byte[]>();
        for (int at = 0; at < text.length; ) {
            int n = Math.min(text.length - at, random.nextInt(1, Recovery.DATA_BYTES));
            parts.add(part(text, at, at + n));
            at += n;
        }
        return run(rules, dying, parts.toArray(new byte[0][]));
    }

    /** @param dying whether another daemon takes each part, which knows what the last one stored */
    private List<String> run(LineRules rules, boolean dying, byte[]... parts) {
        var lines = new Lines();
        var stage = new Stage(rules, work);
        Stream s = stream(Recovery.Held.NOTHING);
        for (byte[] part : parts) {
            stage.take(s, part, part.length, false, new MonoTime(0), lines);
            if (dying) {
                stage = new Stage(rules, work);
                s = stream(Recovery.Held.of(s));
            }
        }
        stage.take(s, new byte[0], 0, true, new MonoTime(0), lines);
        return lines.all;
    }

    private static Stream stream(Recovery.Held held) {
        var target = new LogTarget(
                "web", new Source("web", 0), Path.of("/nowhere"), Format.PREFIXED, new Rotation(1, 1), LineRules.NONE);
        return new Stream(
                new InstanceId("0".repeat(32)), false, NO_PIPE, new LogFile(target, ArchiveTest.NONE), target, 0, held);
    }

    private static Fd nothing() {
        try {
            return Descriptors.open("/dev/null", Descriptors.O_RDONLY, 0);
        } catch (Errno e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] part(byte[] text, int from, int to) {
        return java.util.Arrays.copyOfRange(text, from, to);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Each as LEVEL TEXT; + for a piece that goes on. */
    private static final class Lines implements Sink {
        final List<String> all = new ArrayList<>();

        @Override
        public void line(byte[] text, int offset, int length, boolean whole, @Nullable Level level, boolean held) {
            String read = new String(text, offset, length, StandardCharsets.UTF_8);
            boolean broken = read.indexOf('\ufffd') >= 0;
            all.add((whole ? "" : "+") + level + " "
                    + (broken ? new String(text, offset, length, StandardCharsets.ISO_8859_1) : read));
        }

        @Override
        public void line(byte[] text, int offset, int length, boolean whole) {
            line(text, offset, length, whole, Levels.of(text, offset, length), false);
        }

        @Override
        public void note(String text) {
            all.add("note " + text);
        }

        @Override
        public String toString() {
            return all.stream().collect(Collectors.joining("|"));
        }
    }
}
