package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Changes survive being written. */
class CodecTest {
    private static Codec.Batch some() {
        var told = new TreeMap<String, Told>();
        told.put("ops", new Told(3, Severity.WARNING, true, 77, Severity.CRITICAL));
        told.put("boss", Told.nothing(2, Severity.WARNING));
        Instant t = Instant.parse("2026-11-20T10:00:00.123456789Z");
        var matter = new Matter(Letters.full(), 5, t, 6, 3, false, t, "how ö", -1, told);
        return new Codec.Batch(
                new Moment(99, t),
                List.of(
                        new Change.Is(matter),
                        new Change.Gone("x"),
                        new Change.Post(Letters.of(Letters.full(), Letters.full())
                                .failed("x")
                                .again()
                                .refused()
                                .overtaken()
                                .with(List.of("b@x"))),
                        new Change.Posted("ops"),
                        new Change.Hush(new Silence("a*", 5, t, "", "me")),
                        new Change.Unhush("b")));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        assertThat(Codec.read(Codec.write(some()))).isEqualTo(some());
    }

    @Test
    void whatIsDamagedIsRefusedNotMisread() {
        byte[] whole = Codec.write(some());
        var random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int k = 0; k < 4 && damaged.length > 0; k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                Codec.read(damaged);
            } catch (IOException expected) {
                // a checksum tells the rest
            }
        }
        assertThatThrownBy(() -> Codec.read(Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(IOException.class);
        byte[] later = whole.clone();
        later[0] = 9;
        assertThatThrownBy(() -> Codec.read(later))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another version");
    }
}
