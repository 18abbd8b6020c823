package dev.holdfast.top;

import java.util.List;

/** What the keys are. */
final class Help {
    static final List<String> LINES = List.of(
            "up down, j k      the line above, below; PgUp PgDn, Home End, g G",
            "Tab, 1 2 3 4      processes, schedules, queues, health",
            "/                 filter by name, state, detail; Enter keeps it, Esc clears it",
            "N S C M U R       sort by name, state, CPU, memory, uptime, restarts; again: the other way round",
            "t                 tree: replicas below their process",
            "l                 the log of the selected one",
            "w, Enter          why it ended, and what it printed last",
            "space             hold the picture; again: go on",
            "",
            "processes         r restart   s stop   u start   + - one replica more, less",
            "schedules         r run now   p pause, resume",
            "queues            p pause     P resume",
            "                  each is asked back once: y does it, once it could be read; any other key does not",
            "",
            "Ctrl-L            draw the picture anew",
            "q, Ctrl-C         leave; nothing that runs is touched by that");

    private Help() {}
}
