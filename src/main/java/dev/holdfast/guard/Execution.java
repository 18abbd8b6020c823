package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Signal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/** One process, or tree, on its way out: asked, then killed, then gone; or it stays, and is no longer waited for. */
final class Execution {
    /** From SIGKILL until what is still there is not waited for. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    final Finding finding;
    final ProcessRef root;
    final Deed.Kill kill;
    final Predicate<Traits> still;
    final Predicate<Traits> spares;
    final Set<String> override;
    final MonoTime began;
    private final Allowance.Taken taken;
    /** Who is still to end. */
    final Set<ProcessRef> left = new LinkedHashSet<>();

    /** Of these, whom no signal reached at the look before. */
    final Set<ProcessRef> again = new LinkedHashSet<>();

    Phase phase = Phase.ASKED;
    MonoTime deadline;
    /** Whether anybody was signalled. */
    boolean begun;
    /** It has been said that nothing can be done for now. */
    boolean toldFailed;

    /** How far it has come. */
    enum Phase {
        ASKED,
        KILLED,
        /** Not waited for; remembered, so that it is not begun anew. */
        STAYS,
        /** It may not be signalled; remembered likewise. */
        REFUSED
    }

    /**
     * @param still whether the first is what it was about
     * @param spares descendants that are left alone
     * @param taken of what may be done
     */
    Execution(
            Finding finding,
            ProcessRef root,
            Deed.Kill kill,
            Predicate<Traits> still,
            Predicate<Traits> spares,
            Set<String> override,
            Allowance.Taken taken,
            MonoTime now) {
        this.finding = finding;
        this.root = root;
        this.kill = kill;
        this.still = still;
        this.spares = spares;
        this.override = override;
        this.began = now;
        this.taken = taken;
        boolean atOnce = kill.signal() == Signal.KILL;
        this.phase = atOnce ? Phase.KILLED : Phase.ASKED;
        this.deadline = now.plus(atOnce ? PATIENCE : kill.grace());
    }

    /** It is over; where nobody was signalled it was none. */
    void close() {
        if (!begun) {
            taken.giveBack();
        }
    }
}
