package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** Eight at a time finds what one at a time does. */
class ScanTest {
    private interface Search {
        int in(byte[] text, int from, int to);
    }

    @Test
    void everyByteIsJudgedRightAtEveryPlace() {
        for (int value = 0; value < 256; value++) {
            for (int at = 0; at < 17; at++) {
                byte[] text = new byte[17];
                java.util.Arrays.fill(text, (byte) 'x');
                text[at] = (byte) value;
                agree(text, 0, text.length);
            }
        }
    }

    @Test
    void neighboursThatCarryDeceiveNobody() {
        var random = new SplittableRandom(Long.getLong("holdfast.seed", 20261121));
        byte[] edges = {0, 9, 10, 11, 31, 32, '!', '"', '#', ';', '<', '[', '\\', ']', 0x7f, (byte) 0x80, (byte) 0xff};
        for (int i = 0; i < 100_000; i++) {
            byte[] text = new byte[random.nextInt(40)];
            for (int j = 0; j < text.length; j++) {
                text[j] = edges[random.nextInt(edges.length)];
            }
            int from = random.nextInt(text.length + 1);
            agree(text, from, random.nextInt(from, text.length + 1));
        }
    }

    private static void agree(byte[] text, int from, int to) {
        agree(Scan::lineEnd, b -> b == '\n', text, from, to);
        agree(Scan::unplain, b -> b < ' ' || b > 0x7f || b == '"' || b == '\\', text, from, to);
        agree(ScanTest::capital, b -> b >= '<' && b <= '[', text, from, to);
    }

    private static int capital(byte[] text, int from, int to) {
        for (int i = from; i < to; i += Long.BYTES) {
            long hits = Scan.capitals(text, i, to);
            if (hits != 0) {
                return i + Scan.first(hits);
            }
        }
        return to;
    }

    private static void agree(Search search, IntPredicate wanted, byte[] text, int from, int to) {
        int expected = from;
        while (expected < to && !wanted.test(text[expected] & 0xff)) {
            expected++;
        }
        assertThat(search.in(text, from, to)).isEqualTo(expected);
    }
}
