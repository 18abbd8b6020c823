package dev.holdfast.guard;

import dev.holdfast.config.GuardSpec.Deed;
import java.util.Set;
import java.util.function.Predicate;

/** Whoever may say that a process has to end. */
interface Judge {
    /**
     * @param still whether it is what it is about
     * @param spares descendants that are left alone
     * @return false when it has to be asked again later
     */
    boolean kill(
            Subject s,
            Finding finding,
            Deed.Kill kill,
            Predicate<Traits> still,
            Predicate<Traits> spares,
            Set<String> override,
            Allowance allowance);
}
