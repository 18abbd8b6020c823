package dev.holdfast.top;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the characters of a terminal (ECMA-48, xterm's control sequences) to keys. Not thread-safe. */
final class Keys {
    static final int NOTHING = -2;
    static final int END = -1;

    private static final int ESCAPE = 0x1b;
    private static final int LONGEST_SEQUENCE = 16;

    /** How long the rest of a sequence may be on its way: a terminal sends it in one piece. */
    private static final long REST_MILLIS = 50;

    private static final String PASTED = "\u001b[201~";
    private static final long PASTE_MILLIS = 1000;

    private final Source source;
    private boolean ended;

    /** Where characters come from. */
    @FunctionalInterface
    interface Source {
        /** The next one; {@link #NOTHING} after that time, {@link #END} when there will be none. */
        int read(long millis) throws IOException;
    }

    Keys(Source source) {
        this.source = source;
    }

    /** Whether the terminal is gone. */
    boolean ended() {
        return ended;
    }

    /** @param millis to wait for one */
    Optional<Key> next(long millis) throws IOException {
        int c = source.read(millis);
        if (c == END) {
            ended = true;
        }
        return c < 0 ? Optional.empty() : Optional.of(key(c));
    }

    private Key key(int c) throws IOException {
        return switch (c) {
            case ESCAPE -> afterEscape();
            case '\r', '\n' -> Key.Named.ENTER;
            case '\t' -> Key.Named.TAB;
            case 0x7f, '\b' -> Key.Named.BACKSPACE;
            case 3 -> Key.Named.INTERRUPT;
            case '\f' -> Key.Named.REDRAW;
            default -> c < ' ' ? Key.Named.OTHER : new Key.Typed(whole(c));
        };
    }

    private int whole(int c) throws IOException {
        if (!Character.isHighSurrogate((char) c)) {
            return c;
        }
        int low = source.read(REST_MILLIS);
        return low > 0 && Character.isLowSurrogate((char) low) ? Character.toCodePoint((char) c, (char) low) : c;
    }

    private Key afterEscape() throws IOException {
        int c = source.read(REST_MILLIS);
        if (c != '[' && c != 'O') {
            return c < 0 ? Key.Named.ESCAPE : Key.Named.OTHER;
        }
        var sequence = new StringBuilder();
        while (sequence.length() < LONGEST_SEQUENCE) {
            int next = source.read(REST_MILLIS);
            if (next < 0) {
                return Key.Named.OTHER;
            }
            sequence.append((char) next);
            if (next >= '@' && next <= '~') {
                break;
            }
        }
        if (sequence.toString().equals("200~")) {
            skipPasted();
            return Key.Named.OTHER;
        }
        Key.@Nullable Named named = named(sequence.toString());
        return named == null ? Key.Named.OTHER : named;
    }

    /** What is pasted means nothing here; a terminal marks it (xterm's mode 2004). */
    private void skipPasted() throws IOException {
        int at = 0;
        while (at < PASTED.length()) {
            int c = source.read(PASTE_MILLIS);
            if (c < 0) {
                ended |= c == END;
                return;
            }
            at = c == PASTED.charAt(at) ? at + 1 : c == PASTED.charAt(0) ? 1 : 0;
        }
    }

    private static Key.@Nullable Named named(String sequence) {
        return switch (sequence) {
            case "A" -> Key.Named.UP;
            case "B" -> Key.Named.DOWN;
            case "C" -> Key.Named.RIGHT;
            case "D" -> Key.Named.LEFT;
            case "H", "1~", "7~" -> Key.Named.HOME;
            case "F", "4~", "8~" -> Key.Named.END;
            case "5~" -> Key.Named.PAGE_UP;
            case "6~" -> Key.Named.PAGE_DOWN;
            case "Z" -> Key.Named.BACK_TAB;
            default -> null;
        };
    }
}
