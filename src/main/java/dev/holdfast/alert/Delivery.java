package dev.holdfast.alert;

import java.util.List;

/** What came of a try to deliver a letter. */
public sealed interface Delivery {
    /** The other side has taken it. */
    record Done() implements Delivery {}

    /**
     * Some have got it, and some never will; not tried again.
     *
     * @param why whom it did not reach, and why
     */
    record Mostly(String why) implements Delivery {}

    /** Some have got it; it is tried again for the rest. */
    record Partly(List<String> left, String why) implements Delivery {}

    /** The other side could not be asked at all: tried again, for as long as it takes. Any letter would have failed. */
    record Away(String why) implements Delivery {}

    /** "Not now", or no answer: tried again. The channel may not work, or something may be wrong with this letter. */
    record Later(String why) implements Delivery {}

    /** This letter is not taken, however often: tried a few times more, then given up and said. */
    record Refused(String why) implements Delivery {}
}
