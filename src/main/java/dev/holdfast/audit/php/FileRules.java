package dev.holdfast.audit.php;

import dev.holdfast.audit.Finding;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with the files themselves. */
final class FileRules {
    private FileRules() {}

    static List<Finding> of(Fpm fpm) {
        var found = new ArrayList<Finding>();
        for (FpmFiles.Trouble t : fpm.files().broken()) {
            found.add(new Finding(
                    "php-fpm-broken",
                    Grade.CRITICAL,
                    List.of(t.site()),
                    t.raw(),
                    "php-fpm cannot be started with " + t.site() + ": " + t.why(),
                    t.raw().isEmpty() ? List.of() : List.of(t.site() + ": " + t.raw()),
                    "It runs on with what it had, until the next restart takes every site of this host down.",
                    Fix.byHand(
                            "mend the line; " + (fpm.check().isEmpty() ? "php-fpm -t" : String.join(" ", fpm.check()))
                                    + " tells whether it is sound")));
        }
        for (FpmFiles.Trouble t : fpm.ini().broken()) {
            found.add(new Finding(
                    "php-fpm-ini-broken",
                    Grade.WARNING,
                    List.of(t.site()),
                    t.raw(),
                    "php stops reading at " + t.site() + ": " + t.why(),
                    t.raw().isEmpty() ? List.of() : List.of(t.site() + ": " + t.raw()),
                    "What stands below it does not count: limits fall back to php's defaults, and php says so only at its"
                            + " start.",
                    Fix.byHand("mend the line")));
        }
        for (Setting s : fpm.files().empty()) {
            found.add(new Finding(
                    "php-fpm-include-empty",
                    Grade.NOTE,
                    List.of(s.site()),
                    Notes.shown(s.value()),
                    "include " + Notes.shown(s.value()) + " matches no file",
                    List.of(s.evidence()),
                    "Pools that were meant to be there are not.",
                    Fix.byHand("correct the pattern, or take the line away")));
        }
        for (Setting s : fpm.files().unknown()) {
            found.add(new Finding(
                    "php-fpm-include-unknown",
                    Grade.NOTE,
                    List.of(s.site()),
                    Notes.shown(s.value()),
                    "include " + Notes.shown(s.value()) + " is relative to where php was installed, which is not known",
                    List.of(s.evidence()),
                    "What it includes is not read: pools may be missing here and in the total.",
                    Fix.byHand("write an absolute path")));
        }
        if (fpm.files().pools().isEmpty()
                && fpm.files().broken().isEmpty()
                && fpm.files().unknown().isEmpty()) {
            found.add(new Finding(
                    "php-fpm-no-pool",
                    Grade.CRITICAL,
                    List.of(new Site(fpm.files().name(), 0)),
                    "",
                    fpm.files().name() + " has no pool, with all that it includes",
                    fpm.files().looked(),
                    "php-fpm does not start without one.",
                    Fix.byHand("give it a pool, or disable the service")));
        }
        for (FpmFiles.Overridden o : fpm.files().overridden()) {
            found.add(new Finding(
                    "php-fpm-overridden",
                    Grade.NOTE,
                    List.of(o.loses().site(), o.wins().site()),
                    o.pool() + " " + o.loses().key(),
                    o.loses().key() + (o.pool().isEmpty() ? "" : " of pool " + o.pool()) + " is set twice: \""
                            + Notes.shown(o.wins().key(), o.wins().value()) + "\" counts, \""
                            + Notes.shown(o.loses().key(), o.loses().value()) + "\" does not",
                    List.of(o.loses().evidence(), o.wins().evidence() + " (counts: it is read later)"),
                    "Whoever changes the first one wonders why nothing happens.",
                    Fix.byHand("take one of the two lines away")));
        }
        return found;
    }
}
