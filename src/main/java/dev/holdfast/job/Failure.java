package dev.holdfast.job;

import java.util.Set;

/** Kinds of failure that are there without being configured; a queue may name more by patterns. */
public final class Failure {
    /** The program could not be started. */
    public static final String SPAWN = "spawn";
    /** It ended by itself, and not well: an exit code or a signal. */
    public static final String PROCESS = "process";
    /** No end within its timeout, or no output for too long. */
    public static final String TIMEOUT = "timeout";
    /** It wanted more memory than it may have, or than there is. */
    public static final String OOM = "oom";
    /** The network failed; by patterns of its error output only. */
    public static final String NETWORK = "network";
    /** Its work directory grew beyond its bound. */
    public static final String SIZE = "size";
    /** Its results could not be delivered. */
    public static final String DELIVERY = "delivery";
    /** Nobody knows how it ended: its host, or the daemon there, was gone. */
    public static final String LOST = "lost";
    /** Its payload does not suit the queue as it is configured now: never tried again. */
    public static final String VALIDATION = "validation";

    /** What can be configured to be tried again without a pattern. */
    public static final Set<String> RETRIABLE = Set.of(SPAWN, PROCESS, TIMEOUT, OOM, NETWORK, SIZE, DELIVERY, LOST);

    private Failure() {}

    /** In words: {@link #LOST}, and no attempt is left. */
    public static String gone(int attempts) {
        return attempts == 1
                ? "who made its only attempt is gone"
                : "those who made its " + attempts + " attempts are gone";
    }
}
