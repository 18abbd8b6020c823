package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class PageSizeTest {
    private static byte[] auxv(long... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long word : words) {
            buffer.putLong(word);
        }
        return buffer.array();
    }

    @Test
    void isWhatTheKernelSaysAndElseTheUsual() {
        assertThat(PageSize.of(auxv(16, 6, 6, 65536, 0, 0))).isEqualTo(65536);
        assertThat(PageSize.of(auxv(16, 6, 0, 0))).isEqualTo(4096);
        assertThat(PageSize.BYTES).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void residentPagesAreCountedInIt() {
        var line = new StatLine();
        String stat = "7 (x) S 1 7 7 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 500 1000 3 18446744073709551615 1 1 5 0 0";
        byte[] text = stat.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        line.parse(text, text.length);
        assertThat(line.rssBytes()).isEqualTo(3 * PageSize.BYTES);
    }
}
