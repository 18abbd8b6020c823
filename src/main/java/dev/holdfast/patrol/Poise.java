package dev.holdfast.patrol;

import dev.holdfast.linux.Errno;
import dev.holdfast.linux.OwnMemory;
import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where rules are about the host's memory, none of ours may be missing when there is none: what a quiet daemon has mapped,
 * and what it needs to strike, stays. The patrol's thread uses it.
 */
final class Poise {
    /** From the first look on: what the start needed has been given back by then. */
    private static final Duration SETTLED = Duration.ofSeconds(45);
    /** What is mapped anew meanwhile is not held. */
    private static final Duration AGAIN = Duration.ofMinutes(5);

    private final Runnable rehearsal;
    private final Consumer<String> warn;
    private @Nullable MonoTime due;
    private boolean held;
    private boolean told;

    /** @param rehearsal touches what a strike needs */
    Poise(Runnable rehearsal, Consumer<String> warn) {
        this.rehearsal = rehearsal;
        this.warn = warn;
    }

    /** @param wanted whether rules are such */
    void keep(boolean wanted, MonoTime now) {
        MonoTime at = due == null ? now.plus(SETTLED) : due;
        due = at;
        if (!wanted) {
            lose();
        } else if (!now.isBefore(at)) {
            due = now.plus(AGAIN);
            if (!held) {
                rehearsal.run();
            }
            hold();
        }
    }

    private void hold() {
        try {
            OwnMemory.hold();
            held = true;
        } catch (Errno e) {
            if (!told) {
                told = true;
                warn.accept(
                        "weaker here: when the host runs out of memory, the guard's own pages may have to come from a disk"
                                + " before it strikes; CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK keeps them here ("
                                + e.getMessage()
                                + ")");
            }
        }
    }

    /** What is held may be given back again. */
    void lose() {
        if (held) {
            held = false;
            OwnMemory.release();
        }
    }
}
