package dev.holdfast.store;

import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.store.Jobs.Cancelled;
import dev.holdfast.store.Jobs.Fresh;
import dev.holdfast.store.Jobs.Gate;
import dev.holdfast.store.Jobs.Which;
import dev.holdfast.store.Jobs.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a store of jobs is to do, said as simply as can be: a list, walked from end to end. */
final class JobsModel {
    enum HoldState {
        HELD,
        ENDED,
        UNBEGUN,
        LOST
    }

    static final class One {
        final Fresh fresh;
        final Instant submitted;
        JobState state = JobState.QUEUED;
        Instant due;
        Instant leaseEnds = Instant.MIN;

        @Nullable
        Hold hold;

        @Nullable
        String failure;

        @Nullable
        Instant ended;

        boolean cancel;
        int attempt;
        int attempts;

        One(Fresh fresh, Instant now) {
            this.fresh = fresh;
            this.submitted = now;
            this.due = fresh.notBefore().isBefore(now) ? now : fresh.notBefore();
        }
    }

    final Map<String, One> jobs = new LinkedHashMap<>(); // by when they came
    final Map<Hold, HoldState> holds = new HashMap<>();
    final Map<String, Gate> gates = new TreeMap<>();
    final List<String> untold = new ArrayList<>();

    // ── in ──

    /** new, known, conflict or refused */
    String submit(Fresh f, int mostWaiting, Instant now) {
        One known = jobs.get(f.id());
        if (known != null) {
            return known.fresh.queue().equals(f.queue())
                            && known.fresh.payload().equals(f.payload())
                    ? "known " + known.state
                    : "conflict";
        }
        if (gates.get(f.queue()) == Gate.DRAINED || (mostWaiting > 0 && waiting(f.queue()) >= mostWaiting)) {
            return "refused";
        }
        jobs.put(f.id(), new One(f, now));
        return "new";
    }

    long waiting(String queue) {
        return of(queue, JobState.QUEUED).size();
    }

    List<One> of(String queue, @Nullable JobState state) {
        return jobs.values().stream()
                .filter(j -> j.fresh.queue().equals(queue) && (state == null || j.state == state))
                .toList();
    }

    // ── claims ──

    /** What a claim is to give, in order. */
    List<One> eligible(Wish wish, Instant now) {
        of(wish.queue(), JobState.RUNNING).stream()
                .filter(j -> !j.leaseEnds.isAfter(now))
                .forEach(j -> lose(j, now));
        if (gates.get(wish.queue()) == Gate.PAUSED) {
            return List.of();
        }
        var running = new HashMap<String, Integer>();
        of(wish.queue(), JobState.RUNNING).forEach(j -> running.merge(String.valueOf(j.fresh.key()), 1, Integer::sum));
        var taken = new ArrayList<One>();
        for (One j : of(wish.queue(), JobState.QUEUED).stream()
                .filter(j -> !j.due.isAfter(now))
                .sorted(Comparator.comparing(j -> j.fresh.order()))
                .toList()) {
            String key = String.valueOf(j.fresh.key());
            boolean open = j.fresh.key() == null || wish.perKey() == 0 || running.getOrDefault(key, 0) < wish.perKey();
            if (open && taken.size() < wish.most()) {
                running.merge(key, 1, Integer::sum);
                taken.add(j);
            }
        }
        return taken;
    }

    void took(One j, Job given, Instant now, Duration lease) {
        j.state = JobState.RUNNING;
        j.attempt++;
        j.hold = given.hold();
        j.leaseEnds = now.plus(lease);
        holds.put(given.hold(), HoldState.HELD);
    }

    private void lose(One j, Instant now) {
        if (j.hold != null) {
            holds.put(j.hold, HoldState.LOST);
        }
        j.attempts++;
        j.failure = Failure.LOST;
        again(j, now, now);
    }

    private static void again(One j, Instant due, Instant now) {
        j.hold = null;
        if (j.cancel) {
            j.state = JobState.CANCELLED;
            j.ended = now;
        } else {
            j.state = JobState.QUEUED;
            j.due = due;
        }
    }

    // ── the holder's ──

    private @Nullable One holder(Hold hold) {
        One j = jobs.get(hold.job());
        return j != null && hold.equals(j.hold) ? j : null;
    }

    /** lost, cancelled or kept */
    String renew(Hold hold, Instant now, Duration lease) {
        One j = holder(hold);
        if (j == null) {
            return "lost";
        }
        j.leaseEnds = now.plus(lease);
        return j.cancel ? "cancelled" : "kept";
    }

    boolean end(Hold hold, @Nullable String failure, Next next, Instant now) {
        One j = holder(hold);
        if (j == null) {
            return jobs.containsKey(hold.job()) && holds.get(hold) == HoldState.ENDED;
        }
        if (next instanceof Next.Unbegun) {
            holds.put(hold, HoldState.UNBEGUN);
            j.attempt--;
            again(j, now, now);
            return true;
        }
        holds.put(hold, HoldState.ENDED);
        j.attempts++;
        j.failure = failure;
        switch (next) {
            case Next.Over over -> {
                j.hold = null;
                j.state = over.state();
                j.ended = now;
                if (over.told()) {
                    untold.add(hold.job());
                }
            }
            case Next.Again a -> again(j, a.notBefore(), now);
            case Next.Unbegun() -> throw new IllegalStateException();
        }
        return true;
    }

    // ── people's ──

    Cancelled cancel(String id, Instant now) {
        One j = jobs.get(id);
        if (j == null) {
            return Cancelled.UNKNOWN;
        }
        if (j.state == JobState.RUNNING) {
            j.cancel = true;
            return Cancelled.ASKED;
        }
        if (j.state != JobState.QUEUED) {
            return Cancelled.OVER;
        }
        j.state = JobState.CANCELLED;
        j.ended = now;
        return Cancelled.DONE;
    }

    List<One> matching(Which which, @Nullable String id) {
        return jobs.values().stream()
                .filter(j -> id == null || j.fresh.id().equals(id))
                .filter(j -> which.queue() == null || which.queue().equals(j.fresh.queue()))
                .filter(j -> which.state() == null || which.state() == j.state)
                .filter(j -> which.failure() == null || which.failure().equals(j.failure))
                .toList();
    }

    int retry(Which which, @Nullable String id, Instant now) {
        var asked = matching(which, id).stream()
                .filter(j -> j.state == JobState.FAILED || j.state == JobState.CANCELLED)
                .filter(j -> gates.get(j.fresh.queue()) != Gate.DRAINED)
                .toList();
        for (One j : asked) {
            j.state = JobState.QUEUED;
            j.due = now;
            j.attempt = 0;
            j.failure = null;
            j.ended = null;
            j.cancel = false;
        }
        return asked.size();
    }

    int forget(Which which, @Nullable String id) {
        return delete(matching(which, id).stream().filter(j -> j.state.over()).toList());
    }

    private int delete(List<One> gone) {
        int many = 0;
        for (One j : gone) {
            if (!untold.contains(j.fresh.id())) {
                jobs.remove(j.fresh.id());
                holds.replaceAll((hold, state) -> hold.job().equals(j.fresh.id()) ? HoldState.LOST : state);
                many++;
            }
        }
        return many;
    }
}
