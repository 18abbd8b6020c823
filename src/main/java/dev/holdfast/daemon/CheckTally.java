package dev.holdfast.daemon;

import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import dev.holdfast.metric.Family;
import dev.holdfast.metric.Sheet;
import dev.holdfast.supervise.Action;
import dev.holdfast.supervise.Stimulus;
import dev.holdfast.unit.MonoTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How health checks went, and how long they took. Thread-safe. */
final class CheckTally {
    private final Map<InstanceId, Asked> asked = new HashMap<>();
    private final Map<ReplicaId, Checks> all = new HashMap<>();

    private record Asked(ReplicaId replica, long sequence, MonoTime at) {}

    private static final class Checks {
        private long good;
        private long bad;
        private double seconds;
    }

    synchronized void asks(Action.Probe p, MonoTime now) {
        asked.put(p.instance(), new Asked(p.replica(), p.sequence(), now));
    }

    /** Any stimulus; only answers count. */
    synchronized void answers(Stimulus stimulus, MonoTime now) {
        if (stimulus instanceof Stimulus.Probed(var instance, long sequence, boolean healthy, var _)) {
            Asked a = asked.get(instance);
            if (a != null && a.sequence == sequence) {
                asked.remove(instance);
                Checks c = all.computeIfAbsent(a.replica, _ -> new Checks());
                c.good += healthy ? 1 : 0;
                c.bad += healthy ? 0 : 1;
                c.seconds = now.since(a.at).toNanos() / 1e9;
            }
        }
    }

    synchronized void ended(InstanceId instance) {
        asked.remove(instance);
    }

    /** @param there others are forgotten */
    synchronized void into(Sheet sheet, Set<ReplicaId> there) {
        all.keySet().retainAll(there);
        all.forEach((id, c) -> {
            String index = Integer.toString(id.index());
            sheet.put(Family.PROCESS_CHECK_DURATION, c.seconds, id.process(), index);
            sheet.put(Family.PROCESS_CHECKS, c.good, id.process(), index, "success");
            sheet.put(Family.PROCESS_CHECKS, c.bad, id.process(), index, "failure");
        });
    }
}
