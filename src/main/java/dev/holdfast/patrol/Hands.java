package dev.holdfast.patrol;

import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Stimulus.Blow;
import dev.holdfast.guard.Stimulus.Struck;
import dev.holdfast.guard.Traits;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Pidfd;
import dev.holdfast.linux.Poller;
import dev.holdfast.linux.Proc;
import dev.holdfast.unit.Signal;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Signals processes, each by a pidfd that was opened first and compared then: whoever comes to have the pid later is not
 * reached by it. Tells when one of them has ended. One thread uses it.
 */
final class Hands implements AutoCloseable {
    /** Ends of so many are told at once; those of more are seen by the next look. */
    private static final int MOST = 256;

    private final Proc proc;
    private final int self;
    private final Eyes eyes;
    private final Poller poller;
    private final Consumer<ProcessRef> gone;
    private final Map<ProcessRef, Pidfd> watched = new HashMap<>();

    Hands(Proc proc, int self, Eyes eyes, Poller poller, Consumer<ProcessRef> gone) {
        this.proc = proc;
        this.self = self;
        this.eyes = eyes;
        this.poller = poller;
        this.gone = gone;
    }

    /** @param still asked of what it is now; null: its identity is enough */
    Struck strike(ProcessRef target, Signal signal, @Nullable Predicate<Traits> still) {
        return with(target, still, pidfd -> {
            int errno = pidfd.send(signal);
            if (errno == 0 && watched.size() < MOST && !watched.containsKey(target)) {
                watch(target);
            }
            return errno;
        });
    }

    Struck renice(ProcessRef target, int value, Predicate<Traits> still) {
        return with(target, still, pidfd -> pidfd.renice(value));
    }

    /** SIGCHLD: nobody ends by that. */
    void nudge(ProcessRef parent) {
        with(parent, null, pidfd -> pidfd.send(Signal.CHLD));
    }

    @FunctionalInterface
    private interface Blows {
        int on(Pidfd pidfd) throws IOException;
    }

    private Struck with(ProcessRef target, @Nullable Predicate<Traits> still, Blows blow) {
        if (target.pid() <= 1 || target.pid() == self) {
            return new Struck(target, Blow.REFUSED, "that is init, or Holdfast itself");
        }
        Optional<Pidfd> opened;
        try {
            opened = Pidfd.open(proc, target);
        } catch (Errno e) {
            return new Struck(
                    target, blow(e.number()), "cannot be told whether it is still the same: " + e.getMessage());
        }
        if (opened.isEmpty()) {
            return new Struck(target, Blow.GONE, "it had ended before");
        }
        try (Pidfd pidfd = opened.get()) {
            int slot = still == null ? -1 : eyes.slotOf(target.pid());
            if (still != null && (slot < 0 || !still.test(eyes.fresh(slot)))) {
                return new Struck(target, Blow.CHANGED, "it is no longer what the rule is about; nothing was done");
            }
            int errno = blow.on(pidfd);
            return switch (errno) {
                case 0 -> new Struck(target, Blow.SENT, "");
                case Errno.ESRCH -> new Struck(target, Blow.GONE, "it had ended before");
                default -> new Struck(target, blow(errno), "the kernel refuses: " + Errno.text(errno));
            };
        } catch (IOException e) {
            return new Struck(target, Blow.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** What is refused stays so; what there was too little of there may be again. */
    private static Blow blow(int errno) {
        return switch (errno) {
            case Errno.EAGAIN, Errno.EINTR, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM -> Blow.FAILED;
            default -> Blow.REFUSED;
        };
    }

    private void watch(ProcessRef target) {
        try {
            Pidfd pidfd = Pidfd.open(proc, target).orElse(null);
            if (pidfd == null) {
                return;
            }
            watched.put(target, pidfd);
            poller.add(pidfd.fd(), Poller.READABLE, _ -> {
                forget(target);
                gone.accept(target);
            });
        } catch (Errno full) {
            forget(target); // the next look sees it
        }
    }

    private void forget(ProcessRef target) {
        Pidfd pidfd = watched.remove(target);
        if (pidfd != null) {
            poller.remove(pidfd.fd());
            pidfd.close();
        }
    }

    @Override
    public void close() {
        for (ProcessRef target : java.util.List.copyOf(watched.keySet())) {
            forget(target);
        }
    }
}
