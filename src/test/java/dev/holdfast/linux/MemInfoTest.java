package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MemInfoTest {
    private static final byte[] TEXT = """
            MemTotal:        8000 kB
            MemFree:          100 kB
            MemAvailable:    3000 kB
            SwapCached:         7 kB
            SwapTotal:          0 kB
            SwapFree:
            """.getBytes(StandardCharsets.US_ASCII);

    @Test
    void tellsWhatThereIsWhereverItStands() {
        assertThat(MemInfo.bytes(TEXT, TEXT.length, MemInfo.TOTAL)).isEqualTo(8000 << 10);
        assertThat(MemInfo.bytes(TEXT, TEXT.length, MemInfo.AVAILABLE)).isEqualTo(3000 << 10);
        assertThat(MemInfo.bytes(TEXT, TEXT.length, MemInfo.SWAP_TOTAL)).isZero();
    }

    @Test
    void whatIsNotThereIsNotNone() {
        assertThat(MemInfo.bytes(TEXT, TEXT.length, MemInfo.SWAP_FREE)).isEqualTo(-1);
        assertThat(MemInfo.bytes(TEXT, 30, MemInfo.AVAILABLE)).isEqualTo(-1);
        assertThat(MemInfo.bytes(TEXT, 0, MemInfo.TOTAL)).isEqualTo(-1);
    }
}
