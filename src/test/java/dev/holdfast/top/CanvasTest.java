package dev.holdfast.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CanvasTest {
    private static Screen.Picture picture(int selected, String... lines) {
        return new Screen.Picture(
                List.of(lines).stream().map(l -> new Line(5).add(l, Paint.RED)).toList(), selected);
    }

    @Test
    void onlyLinesThatChangedAreWritten() {
        var canvas = new Canvas(true);
        assertThat(canvas.change(picture(-1, "a", "b"))).contains("\u001b[2J", "\u001b[1;1H", "\u001b[2;1H");
        assertThat(canvas.change(picture(-1, "a", "b"))).isEmpty();
        assertThat(canvas.change(picture(-1, "a", "c")))
                .isEqualTo("\u001b[?2026h\u001b[2;1H\u001b[31mc\u001b[m    \u001b[?2026l");
        assertThat(canvas.change(picture(0, "a", "c")))
                .isEqualTo("\u001b[?2026h\u001b[1;1H\u001b[7ma\u001b[m\u001b[7m    \u001b[m\u001b[?2026l");
        canvas.forget();
        assertThat(canvas.change(picture(0, "a", "c"))).contains("\u001b[2J", "\u001b[1;1H", "\u001b[2;1H");
    }

    @Test
    void withoutColoursNothingIsTold() {
        assertThat(new Line(5).add("a", Paint.GREEN).painted(false, false)).isEqualTo("a    ");
        assertThat(new Line(5).add("a", Paint.RED).painted(false, false)).isEqualTo("\u001b[1ma\u001b[m    ");
    }

    @Test
    void keysAreReadFromSequences() throws Exception {
        assertThat(keys("a\u001b[A\u001bOB\u001b[5~\u001b[1~\u001b[Z\r\t\u007f\u0003ü😀\u001b[99;5u\u001b"))
                .containsExactly(
                        new Key.Typed('a'),
                        Key.Named.UP,
                        Key.Named.DOWN,
                        Key.Named.PAGE_UP,
                        Key.Named.HOME,
                        Key.Named.BACK_TAB,
                        Key.Named.ENTER,
                        Key.Named.TAB,
                        Key.Named.BACKSPACE,
                        Key.Named.INTERRUPT,
                        new Key.Typed('ü'),
                        new Key.Typed(0x1f600),
                        Key.Named.OTHER,
                        Key.Named.ESCAPE);
    }

    private static List<Key> keys(String typed) throws Exception {
        var at = new int[1];
        var keys = new Keys(_ -> at[0] < typed.length() ? typed.charAt(at[0]++) : Keys.NOTHING);
        var all = new java.util.ArrayList<Key>();
        for (var k = keys.next(0); k.isPresent(); k = keys.next(0)) {
            all.add(k.get());
        }
        return all;
    }
}
