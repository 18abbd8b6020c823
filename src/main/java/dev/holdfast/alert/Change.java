package dev.holdfast.alert;

/** What is to be on disk. */
public sealed interface Change {
    record Is(Matter matter) implements Change {}

    record Gone(String key) implements Change {}

    /** New, or how it is now. */
    record Post(Letter letter) implements Change {}

    /** @param letter its id; nobody waits for it any more */
    record Posted(String letter) implements Change {}

    record Hush(Silence silence) implements Change {}

    record Unhush(String pattern) implements Change {}
}
