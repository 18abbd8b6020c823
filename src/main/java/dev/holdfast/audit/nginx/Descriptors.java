package dev.holdfast.audit.nginx;

import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.systemd.FileLimit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that a worker may have: what nginx's own file says, else the least of what its unit gives and what the
 * master that runs has, else what is usual.
 *
 * @param site where that is written; null: nowhere
 * @param evidence where it comes from, a fact a line
 */
record Descriptors(long number, @Nullable Site site, List<String> evidence) {
    /** The soft limit that systemd and most shells give. */
    private static final long USUAL = 1_024;

    private static final String UNIT = "nginx.service";

    /** @param own worker_rlimit_nofile; null: it is not set */
    static Descriptors of(Grounds host, @Nullable Directive own, long written) {
        if (own != null) {
            return new Descriptors(
                    written, own.site(), List.of("worker_rlimit_nofile " + written + " in " + own.site()));
        }
        var evidence = new ArrayList<>(List.of("worker_rlimit_nofile is not set"));
        FileLimit unit = FileLimit.of(host, UNIT);
        long running = running(host);
        if (unit != null) {
            evidence.add(unit.site() + ": " + unit.key() + "=" + Notes.shown(unit.written()));
        }
        if (running >= 0) {
            evidence.add("its master, which runs, has " + running);
        }
        if (unit == null && running < 0) {
            evidence.add(UNIT + " has no LimitNOFILE: " + USUAL + " is the usual soft limit");
            return new Descriptors(USUAL, null, evidence);
        }
        return unit != null && (running < 0 || unit.number() <= running)
                ? new Descriptors(unit.number(), unit.site(), evidence)
                : new Descriptors(running, null, evidence);
    }

    /** The least of all masters; {@link Grounds#UNKNOWN}: none runs, or it cannot be read. */
    private static long running(Grounds host) {
        return host.running().stream()
                .filter(p -> p.name().equals("nginx")
                        && !p.command().isEmpty()
                        && p.command().getFirst().startsWith("nginx: master process"))
                .mapToLong(p -> host.descriptors(p.pid()))
                .filter(n -> n >= 0)
                .min()
                .orElse(Grounds.UNKNOWN);
    }
}
