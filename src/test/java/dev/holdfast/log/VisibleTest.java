package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class VisibleTest {
    @Test
    void leavesPlainTextAndTabsAlone() {
        assertThat(visible("plain\ttext: grüße, 日本, 🙂")).isEqualTo("plain\ttext: grüße, 日本, 🙂");
        assertThat(visible("")).isEmpty();
    }

    @Test
    void showsWhatATerminalWouldObey() {
        assertThat(visible("a\u001b[2Jb")).isEqualTo("a^[[2Jb");
        assertThat(visible("\u001b]0;title\u0007")).isEqualTo("^[]0;title^G");
        assertThat(visible("10%\r20%\b\0\u007f\r")).isEqualTo("10%^M20%^H^@^?");
        assertThat(visible("\u001b")).isEqualTo("^[");
        assertThat(visible("\u001b[31")).isEqualTo("^[[31");
        assertThat(visible("\u009b2J")).as("CSI in one character").isEqualTo("<c2><9b>2J");
    }

    @Test
    void keepsColoursAndEndsThemWithTheLine() {
        assertThat(visible("\u001b[1;31mred")).isEqualTo("\u001b[1;31mred\u001b[0m");
        assertThat(visible("\u001b[38:5:9mx\u001b[m")).isEqualTo("\u001b[38:5:9mx\u001b[m\u001b[0m");
        assertThat(visible("\u001b[?1m")).as("no SGR").isEqualTo("^[[?1m");
    }

    @Test
    void showsBytesThatAreNoText() {
        byte[] bytes = {(byte) 0xff, 'a', (byte) 0xc3, (byte) 0x9b, (byte) 0xe2, (byte) 0x82, (byte) 0x9b, 0x1b};
        assertThat(new String(Visible.of(bytes, 0, bytes.length), StandardCharsets.UTF_8))
                .isEqualTo("<ff>aÛₛ^[");
        assertThat(new String(Visible.of(bytes, 4, 2), StandardCharsets.UTF_8)).isEqualTo("<e2><82>");
    }

    @Test
    void anyBytesBecomeTextWithoutControls() {
        var random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            byte[] shown = Visible.of(bytes, 0, bytes.length);
            String text = new String(shown, StandardCharsets.UTF_8);
            assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(shown);
            assertThat(text.replaceAll("\u001b\\[[0-9;:]*m", "").chars())
                    .allMatch(c -> c == '\t' || !Character.isISOControl(c));
        }
    }

    private static String visible(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(Visible.of(bytes, 0, bytes.length), StandardCharsets.UTF_8);
    }
}
