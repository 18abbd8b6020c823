package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.re2j.PatternSyntaxException;
import dev.holdfast.event.InstanceId;
import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Through a real pump, real pipes and files. */
@Timeout(60)
class TapTest {
    private static final InstanceId INSTANCE = new InstanceId("00112233445566778899aabbccddeeff");
    private static final String PERCENT = "([0-9.,]+)%";

    @TempDir
    private Path dir;

    private final AtomicLong nanos = new AtomicLong(1);
    private @Nullable Pump pump;
    private @Nullable Fd out;
    private @Nullable Fd err;

    @BeforeEach
    void makePipes() throws IOException {
        for (String name : List.of("out", "err")) {
            Descriptors.mkfifo(dir.resolve(name).toString(), 0600, -1, -1);
        }
    }

    @AfterEach
    void close() {
        Objects.requireNonNull(pump).close();
        Objects.requireNonNull(out).close();
        Objects.requireNonNull(err).close();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void hasTheEndOfBothStreamsAsTheLogFileHasIt(Format format) throws Exception {
        Tap tap = attached(new Tap(null), format, List.of("token=\\S+"));
        print("one\ntwo token=secret\n");
        awaitTail(tap, "one\ntwo [redacted]");
        complain("bad é\n");
        awaitTail(tap, "one\ntwo [redacted]\nbad é");
        print("unfinished token=sec");
        drain();
        assertThat(tap.tail()).isEqualTo("one\ntwo [redacted]\nbad é\nunfinished [redacted]");
        assertThat(tap.stderrTail()).isEqualTo("bad é");
        assertThat(tap.progress(now())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void keepsTheLastLinesOnly(Format format) throws Exception {
        Tap tap = attached(new Tap(null), format, List.of());
        var errors = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            errors.append("line ").append(i).append('\n');
        }
        complain(errors.toString());
        drain();
        assertThat(tap.tail()).endsWith("\nline 4999").hasSizeBetween(Tap.TAIL_BYTES - 10, Tap.TAIL_BYTES);
        assertThat(tap.tail()).startsWith("line ");
        assertThat(tap.stderrTail()).hasSizeBetween(Tap.STDERR_BYTES - 10, Tap.STDERR_BYTES);
        assertThat(errors.toString()).endsWith(tap.stderrTail() + "\n");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void keepsWholeCharactersOfALineThatIsTooLong(Format format) throws Exception {
        Tap tap = attached(new Tap(null), format, List.of());
        print("x" + "é".repeat(100_000));
        drain();
        assertThat(tap.tail()).matches("é+").hasSizeBetween(Tap.TAIL_BYTES / 2 - 2, Tap.TAIL_BYTES / 2);
    }

    @Test
    void aLineOfTheOtherStreamIsOneOfItsOwn() throws Exception {
        Tap tap = attached(new Tap(null), Format.PREFIXED, List.of());
        print("x".repeat(Carries.MAX_LINE + 10));
        awaitTail(tap, "x".repeat(Tap.TAIL_BYTES));
        complain("between\n");
        await().until(() -> tap.tail().endsWith("between"));
        drain();
        assertThat(tap.tail()).isEqualTo("between\n" + "x".repeat(10));
        assertThat(tap.stderrTail()).isEqualTo("between");
    }

    @Test
    void hasWhatTheLogFileCannotTakeOnce() throws Exception {
        Files.writeString(dir.resolve("logs"), "in the way");
        Tap tap = attached(new Tap(null), Format.PREFIXED, List.of());
        print("one\n");
        awaitTail(tap, "one");
        drain();
        assertThat(tap.tail()).isEqualTo("one");
    }

    @Test
    void knowsWhenSomethingCameLast() throws Exception {
        Tap tap = attached(new Tap(null), Format.RAW, List.of());
        assertThat(tap.last()).isNull();
        nanos.set(7);
        print("no line's end");
        await().until(() -> new MonoTime(7).equals(tap.last()));
        nanos.set(9);
        complain(".");
        await().until(() -> new MonoTime(9).equals(tap.last()));
        nanos.set(11);
        drain();
        assertThat(tap.last()).isEqualTo(new MonoTime(9));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void readsProgressFromLinesAndFromPiecesOfOne(Format format) throws Exception {
        Tap tap = attached(new Tap(PERCENT), format, List.of());
        print("[download]   1,5% of 3MiB\n");
        awaitProgress(tap, 1.5);
        print("\r[download]  45.0% of 3MiB");
        awaitProgress(tap, 45);
        print("\r[download]  46.0% of 3MiB\r[download]  99.9% of 3MiB\r");
        awaitProgress(tap, 99.9);
        print("999% is none, nor is %, nor 1.2.3%");
        complain("\b\b\b100%");
        awaitProgress(tap, 100);
        drain();
    }

    @Test
    void looksNoOftenerThanFourTimesASecond() throws Exception {
        Tap tap = attached(new Tap(PERCENT), Format.RAW, List.of());
        print("1%\n");
        await().until(() -> tap.progress(now()), OptionalDouble.of(1)::equals);
        nanos.addAndGet(1_000_000);
        print("2%\n");
        awaitTail(tap, "1%\n2%");
        assertThat(tap.progress(now())).isEqualTo(OptionalDouble.of(1));
        nanos.addAndGet(250_000_000);
        assertThat(tap.progress(now())).isEqualTo(OptionalDouble.of(2));
    }

    @Test
    void takesNoRestOfANumberForOne() throws Exception {
        Tap tap = attached(new Tap(PERCENT), Format.RAW, List.of());
        print("begin\n");
        awaitTail(tap, "begin"); // it is not looked at again at this time
        print("45%" + ".".repeat(4096 - 3) + "\n"); // "5%" would be what is left to look at
        await().until(() -> tap.tail().endsWith("."));
        assertThat(tap.progress(later())).isEmpty();
        print("\r46%");
        awaitProgress(tap, 46);
    }

    @Test
    void refusesAPatternWithoutAGroup() {
        pump = fresh();
        out = opened("out");
        err = opened("err");
        assertThatThrownBy(() -> new Tap("[0-9]+%")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tap("(")).isInstanceOf(PatternSyntaxException.class);
    }

    private void awaitTail(Tap tap, String text) {
        await().until(tap::tail, text::equals);
    }

    private void awaitProgress(Tap tap, double percent) {
        await().until(() -> tap.progress(later()), OptionalDouble.of(percent)::equals);
    }

    private MonoTime now() {
        return new MonoTime(nanos.get());
    }

    /** Long enough after the last look for another one. */
    private MonoTime later() {
        return new MonoTime(nanos.addAndGet(Duration.ofMillis(250).toNanos()));
    }

    private Tap attached(Tap tap, Format format, List<String> redact) throws IOException {
        pump = fresh();
        out = opened("out");
        err = opened("err");
        var target = new LogTarget(
                "films",
                new Source("films", 0),
                dir.resolve("logs/films.0.log"),
                format,
                new Rotation(1 << 20, 3),
                new LineRules(null, null, redact, null));
        pump.attach(INSTANCE, target, opened("out"), opened("err"), tap);
        pump.begin();
        return tap;
    }

    private Pump fresh() {
        try {
            return new Pump(
                    dir,
                    new Pump.Keeping(dir.resolve("logs"), 0),
                    () -> new Now(Instant.EPOCH, new MonoTime(nanos.get())),
                    _ -> {},
                    _ -> {},
                    new Pump.LineListener() {
                        @Override
                        public void line(Entry entry) {}

                        @Override
                        public boolean listens() {
                            return false;
                        }
                    });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Fd opened(String name) {
        try {
            return Descriptors.open(dir.resolve(name), Descriptors.O_RDWR | Descriptors.O_NONBLOCK, 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void print(String text) throws IOException {
        write(Objects.requireNonNull(out), text);
    }

    private void complain(String text) throws IOException {
        write(Objects.requireNonNull(err), text);
    }

    /** In pieces that a pipe takes, whose reader is never far. */
    private static void write(Fd fd, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += 1000) {
            byte[] piece = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1000));
            await().pollInterval(Duration.ofMillis(1)).ignoreExceptions().until(() -> {
                Descriptors.writeWhole(fd, piece);
                return true;
            });
        }
    }

    private void drain() throws InterruptedException {
        var drained = new CountDownLatch(1);
        Objects.requireNonNull(pump).detach(INSTANCE, drained::countDown);
        assertThat(drained.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
