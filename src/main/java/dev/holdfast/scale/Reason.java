package dev.holdfast.scale;

/** Why there are as many as there are. */
public enum Reason {
    /** As many as are wanted. */
    AS_WANTED("as_wanted"),
    /** More are wanted than {@code max}. */
    AT_MAX("max"),
    /** It has just changed. */
    UP_COOLDOWN("up_cooldown"),
    /** Fewer are wanted, but not for long enough. */
    DOWN_COOLDOWN("down_cooldown"),
    /** Some are on their way up or down. */
    MOVING("moving"),
    /** Some do not stay up: more of them would not, either. */
    ILL("ill"),
    /** It is not known, or not known any more, what there is to do. */
    NO_FIGURE("no_figure"),
    /** No more fit into the host's memory. */
    MEMORY("memory"),
    /** People hold the number. */
    BY_HAND("by_hand"),
    /** People have stopped it, or one of it. */
    STOPPED("stopped");

    private final String written;

    Reason(String written) {
        this.written = written;
    }

    public String written() {
        return written;
    }

    /** Whether people want to hear of it: something keeps it from being as it should be. */
    boolean isNews() {
        return this == AT_MAX || this == ILL || this == NO_FIGURE || this == MEMORY;
    }
}
