package dev.holdfast.chaos;

/** What befalls a daemon, its programs and its host. */
enum Fault {
    DAEMON_KILLED(0),
    /** Its successor too, wherever it is in its start. */
    DAEMON_KILLED_TWICE(0),
    DAEMON_STOPPED(4000),
    CHILDREN_KILLED(0),
    CHILDREN_STOPPED(3000),
    KEEPER_KILLED(0),
    LOG_FULL(4000),
    STATE_FULL(4000),
    /** An empty disk is mounted over the state directory. */
    STATE_AWAY(3000),
    LINES(1500),
    QUESTIONS(2000),
    JOBS(0),
    FILES(0),
    RELOAD(0),
    BROKEN_RELOAD(500),
    BIG_RELOAD(1000),
    SIGNALS(0),
    HOG(0),
    /** The wall clock jumps, and back afterwards. */
    CLOCK(3000);

    private final int mostMillis;

    Fault(int mostMillis) {
        this.mostMillis = mostMillis;
    }

    /** How long it may last at most, in ms; 0: it is over at once. */
    int mostMillis() {
        return mostMillis;
    }

    /** Whether a daemon may be killed, and its successor started, while it lasts. */
    boolean outlivesDaemons() {
        // What was written into the other disk, or into the broken file, is no state of the successor's.
        return switch (this) {
            case CHILDREN_STOPPED, LOG_FULL, STATE_FULL, LINES, BIG_RELOAD, CLOCK -> true;
            case DAEMON_KILLED,
                    DAEMON_KILLED_TWICE,
                    DAEMON_STOPPED,
                    CHILDREN_KILLED,
                    KEEPER_KILLED,
                    STATE_AWAY,
                    QUESTIONS,
                    JOBS,
                    FILES,
                    RELOAD,
                    BROKEN_RELOAD,
                    SIGNALS,
                    HOG -> false;
        };
    }
}
