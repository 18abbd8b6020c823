package dev.holdfast.api;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a caller may do. Each route asks for one. */
public enum Scope {
    /** To look at everything. */
    READ,
    /** To submit jobs, and to look at those of theirs that it names. */
    SUBMIT,
    /** To start, stop, run, pause, retry, silence, clean; and to read and submit. */
    OPERATE,
    /** Whatever else there is: to reload, to end the daemon, to make tokens. */
    ADMIN;

    /** This one, and what it contains. */
    public Set<Scope> all() {
        return switch (this) {
            case READ -> EnumSet.of(READ);
            case SUBMIT -> EnumSet.of(SUBMIT);
            case OPERATE -> EnumSet.of(READ, SUBMIT, OPERATE);
            case ADMIN -> EnumSet.allOf(Scope.class);
        };
    }

    /** As it is written: {@code read}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
