package dev.holdfast.audit.mariadb;

import dev.holdfast.audit.Grade;
import dev.holdfast.audit.note.Rule;
import java.util.List;

/** What is looked for. */
final class Rules {
    static final Rule UNREADABLE = new Rule(
            "mariadb-unreadable",
            Grade.WARNING,
            "an option file that is broken, unreadable, or includes what is not there");
    static final Rule CONFLICT =
            new Rule("mariadb-conflict", Grade.WARNING, "one variable set more than once with different values");
    static final Rule BUFFERS = new Rule("mariadb-buffers", Grade.CRITICAL, "global buffers above 80 % of the memory");
    static final Rule OVERCOMMIT = new Rule(
            "mariadb-overcommit",
            Grade.CRITICAL,
            "global buffers + buffers per connection × max_connections above the memory; by defaults alone: a note");
    static final Rule LIVE =
            new Rule("mariadb-live", Grade.WARNING, "a running server with other values than its files");
    static final Rule UNANSWERED =
            new Rule("mariadb-unanswered", Grade.NOTE, "a server that was to be asked and does not answer");
    static final Rule ROOT =
            new Rule("mariadb-root-password", Grade.CRITICAL, "an account root that needs no password");
    static final Rule ANONYMOUS = new Rule("mariadb-anonymous", Grade.WARNING, "accounts without a name");
    static final Rule EXPOSED = new Rule("mariadb-exposed", Grade.WARNING, "bind-address missing, 0.0.0.0, :: or *");

    static final List<Rule> ALL =
            List.of(UNREADABLE, CONFLICT, BUFFERS, OVERCOMMIT, LIVE, UNANSWERED, ROOT, ANONYMOUS, EXPOSED);

    private Rules() {}
}
