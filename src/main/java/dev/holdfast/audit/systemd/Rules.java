package dev.holdfast.audit.systemd;

import dev.holdfast.audit.Grade;
import dev.holdfast.audit.note.Rule;
import java.util.List;

/** What is looked for. What people wrote, or told us to watch, is a warning; what came with packages one note in all. */
final class Rules {
    static final Rule UNREADABLE =
            new Rule("systemd-unreadable", Grade.WARNING, "a unit or drop-in that is broken or unreadable");
    static final Rule MISSING =
            new Rule("systemd-unit-missing", Grade.WARNING, "a unit that `systemd.units` names and that is not there");
    static final Rule MEMORY = new Rule(
            "systemd-no-memory-limit",
            Grade.WARNING,
            "a service without MemoryMax and MemoryHigh, its slice's included; of packages: a note");
    static final Rule RESTART = new Rule(
            "systemd-no-restart", Grade.WARNING, "a service, no oneshot, with Restart=no; of packages: a note");
    static final Rule NEVER = new Rule(
            "systemd-start-limit-never",
            Grade.WARNING,
            "RestartSec × StartLimitBurst not below StartLimitIntervalSec: the limit never trips; of packages: a note");
    static final Rule AT_ONCE = new Rule(
            "systemd-start-limit-at-once",
            Grade.WARNING,
            "RestartSec × StartLimitBurst below 2 s: a short disturbance trips the limit; of packages: a note");
    static final Rule SECTION =
            new Rule("systemd-ignored-key", Grade.WARNING, "limits and restarts in a section where they do not count");
    static final Rule CONFLICT =
            new Rule("systemd-drop-in-conflict", Grade.WARNING, "drop-ins that set one key to different values");
    static final Rule TWICE = new Rule(
            "systemd-exec-start-twice",
            Grade.CRITICAL,
            "several ExecStart of a service that takes one: no empty one before");
    static final Rule ABOVE =
            new Rule("systemd-memory-above-host", Grade.WARNING, "MemoryMax not below the host's memory");
    static final Rule HIGH =
            new Rule("systemd-high-above-max", Grade.NOTE, "MemoryHigh not below MemoryMax: it never slows");

    static final List<Rule> ALL =
            List.of(UNREADABLE, MISSING, MEMORY, RESTART, NEVER, AT_ONCE, SECTION, CONFLICT, TWICE, ABOVE, HIGH);

    private Rules() {}

    static List<String> check(String file) {
        return List.of("systemd-analyze", "verify", file);
    }
}
