package dev.holdfast.deeds;

import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Suspect;
import dev.holdfast.unit.Level;

/** What the guard found, for people. Pure. */
public final class GuardWords {
    private GuardWords() {}

    /** Whether nobody will tell that it is over. */
    public static boolean once(Finding f) {
        return f.rule().equals("zombies") || f.rule().equals("orphans");
    }

    public static Level level(Finding f) {
        return switch (f.kind()) {
            case FIRED -> f.deed().equals("log") ? Level.NOTICE : Level.WARNING;
            case ESCALATED, SPARED, HELD_BACK -> Level.WARNING;
            case STAYS, REFUSED -> Level.ERROR;
            case CLEARED, ENDED -> Level.NOTICE;
        };
    }

    public static String of(Finding f) {
        Suspect s = f.suspect();
        String who = s == null ? "" : "pid " + s.ref().pid() + " (" + s.user() + ") " + s.command() + ": ";
        return f.rule() + (f.dry() ? " (dry run)" : "") + ": " + who
                + switch (f.kind()) {
                    case FIRED -> f.why() + ": " + f.deed();
                    case SPARED, HELD_BACK, REFUSED -> f.why() + ": " + f.deed();
                    case CLEARED, ENDED, ESCALATED, STAYS -> f.deed();
                };
    }
}
