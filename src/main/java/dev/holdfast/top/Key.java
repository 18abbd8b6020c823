package dev.holdfast.top;

/** What was pressed. */
sealed interface Key {
    /** A character. */
    record Typed(int codePoint) implements Key {}

    /** What is none. */
    enum Named implements Key {
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        ESCAPE,
        BACKSPACE,
        TAB,
        BACK_TAB,
        INTERRUPT,
        /** Ctrl-L: the picture is drawn anew. */
        REDRAW,
        /** A sequence that means nothing here. */
        OTHER
    }
}
