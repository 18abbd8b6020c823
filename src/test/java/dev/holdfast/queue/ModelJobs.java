package dev.holdfast.queue;

import dev.holdfast.job.Attempt;
import dev.holdfast.job.Failure;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.job.JobState;
import dev.holdfast.job.Next;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a store of jobs promises, in memory: order, keys, rate, leases with fencing tokens, cancels. */
final class ModelJobs {
    /** Deliberate damage, to show that the invariants bite. */
    enum Damage {
        NONE,
        /** Whoever says that a job is over is believed. */
        NO_FENCING,
        /** What a dead host held stays its. */
        NO_EXPIRY,
        /** As many as are asked for, whatever their keys. */
        NO_KEYS
    }

    /** One job. */
    static final class Entry {
        final String id;
        final String queue;
        final @Nullable String key;
        final SortedMap<String, String> payload;
        final Instant order;
        final List<Attempt> attempts = new ArrayList<>();
        Instant notBefore;
        JobState state = JobState.QUEUED;
        int attempt;
        long token;
        String host = "";
        MonoTime leaseUntil = new MonoTime(0);
        boolean cancel;
        MonoTime cancelledAt = MonoTime.NEVER;
        MonoTime overAt = MonoTime.NEVER;
        int lives = 1;
        int overs;

        Entry(String id, String queue, @Nullable String key, SortedMap<String, String> payload, Instant at) {
            this.id = id;
            this.queue = queue;
            this.key = key;
            this.payload = payload;
            this.order = at;
            this.notBefore = at;
        }

        Hold hold() {
            return new Hold(id, token);
        }

        @Override
        public String toString() {
            return id + " " + state + " attempt " + attempt + " token " + token + " of " + host + " " + attempts;
        }
    }

    /**
     * @param every between two claims, in the long run; zero: no bound
     * @param burst claims at once beyond that
     */
    record Wish(String queue, String host, int most, Duration lease, int perKey, Duration every, int burst) {}

    record Taken(List<Job> jobs, @Nullable Instant next) {}

    record Renewed(List<Hold> lost, List<Hold> cancelled) {}

    final Map<String, Entry> all = new LinkedHashMap<>();
    private final Map<String, Instant> rates = new HashMap<>();
    private final Set<String> paused = new HashSet<>();
    private final Damage damage;

    ModelJobs(Damage damage) {
        this.damage = damage;
    }

    void submit(Entry entry) {
        all.put(entry.id, entry);
    }

    void pause(String queue, boolean pause) {
        if (pause) {
            paused.add(queue);
        } else {
            paused.remove(queue);
        }
    }

    Entry entry(Hold hold) {
        return Objects.requireNonNull(all.get(hold.job()));
    }

    /** Whether it still is who makes this attempt. */
    boolean current(Hold hold) {
        Entry e = entry(hold);
        return e.state == JobState.RUNNING && e.token == hold.token();
    }

    Taken claim(Wish wish, Now now) {
        if (paused.contains(wish.queue)) {
            return new Taken(List.of(), null);
        }
        List<Entry> mine =
                all.values().stream().filter(e -> e.queue.equals(wish.queue)).toList();
        mine.forEach(e -> expire(e, now));
        var taken = new ArrayList<Job>();
        Instant next = null;
        List<Entry> waiting = mine.stream()
                .filter(e -> e.state == JobState.QUEUED)
                .sorted(Comparator.comparing((Entry e) -> e.order).thenComparing(e -> e.id))
                .toList();
        for (Entry e : waiting) {
            if (e.notBefore.isAfter(now.wall())) {
                next = next == null || e.notBefore.isBefore(next) ? e.notBefore : next;
            } else if (taken.size() < wish.most && keyFree(e, mine, wish.perKey)) {
                Instant from = slot(wish, now);
                if (from != null) {
                    next = next == null || from.isBefore(next) ? from : next;
                    break;
                }
                e.state = JobState.RUNNING;
                e.attempt++;
                e.token++;
                e.host = wish.host;
                e.leaseUntil = now.mono().plus(wish.lease);
                taken.add(job(e));
            }
        }
        return new Taken(List.copyOf(taken), next);
    }

    private void expire(Entry e, Now now) {
        if (e.state == JobState.RUNNING && !now.mono().isBefore(e.leaseUntil) && damage != Damage.NO_EXPIRY) {
            e.attempts.add(new Attempt(
                    e.attempt,
                    e.host,
                    null,
                    now.wall(),
                    Failure.LOST,
                    "its lease is over",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null));
            again(e, now.wall(), now);
        }
    }

    private boolean keyFree(Entry e, List<Entry> mine, int perKey) {
        return e.key == null
                || damage == Damage.NO_KEYS
                || mine.stream()
                                .filter(o -> o.state == JobState.RUNNING && e.key.equals(o.key))
                                .count()
                        < perKey;
    }

    /** @return null: one may begin now; else when */
    private @Nullable Instant slot(Wish wish, Now now) {
        if (wish.every.isZero()) {
            return null;
        }
        Instant due = rates.getOrDefault(wish.queue, now.wall());
        Instant from = due.minus(wish.every.multipliedBy(wish.burst));
        if (from.isAfter(now.wall())) {
            return from;
        }
        rates.put(wish.queue, (due.isBefore(now.wall()) ? now.wall() : due).plus(wish.every));
        return null;
    }

    private static Job job(Entry e) {
        return new Job(e.id, e.queue, e.payload, 0, e.key, e.order, e.attempt, e.hold());
    }

    List<Job> held(String host) {
        return all.values().stream()
                .filter(e -> e.state == JobState.RUNNING && e.host.equals(host))
                .map(ModelJobs::job)
                .toList();
    }

    Renewed renew(List<Hold> holds, Duration lease, Now now) {
        var lost = new ArrayList<Hold>();
        var cancelled = new ArrayList<Hold>();
        for (Hold hold : holds) {
            if (current(hold)) {
                entry(hold).leaseUntil = now.mono().plus(lease);
                if (entry(hold).cancel) {
                    cancelled.add(hold);
                }
            } else {
                lost.add(hold);
            }
        }
        return new Renewed(List.copyOf(lost), List.copyOf(cancelled));
    }

    boolean end(Hold hold, @Nullable Attempt attempt, Next next, Now now) {
        Entry e = entry(hold);
        if (damage == Damage.NO_FENCING && next instanceof Next.Over(JobState state, boolean _)) {
            over(e, state, now);
            return true;
        }
        if (e.token != hold.token()) {
            return false;
        }
        if (e.state != JobState.RUNNING) {
            return !(next instanceof Next.Unbegun); // told before
        }
        if (attempt != null) {
            e.attempts.add(attempt);
        } else {
            check(next instanceof Next.Unbegun, () -> "an end without an attempt: " + next);
        }
        switch (next) {
            case Next.Unbegun() -> {
                e.attempt--;
                again(e, now.wall(), now);
            }
            case Next.Again(Instant at) -> again(e, at, now);
            case Next.Over(JobState state, boolean _) -> over(e, state, now);
        }
        return true;
    }

    private void again(Entry e, Instant at, Now now) {
        if (e.cancel) {
            over(e, JobState.CANCELLED, now);
        } else {
            e.state = JobState.QUEUED;
            e.notBefore = at;
        }
    }

    private void over(Entry e, JobState state, Now now) {
        e.state = state;
        e.overs++;
        e.overAt = now.mono();
        check(e.overs == e.lives, () -> "over more than once: " + e);
    }

    /** @return whether its holder is to be told */
    boolean cancel(Entry e, Now now) {
        if (e.state.over() || e.cancel) {
            return false;
        }
        e.cancel = true;
        e.cancelledAt = now.mono();
        if (e.state == JobState.QUEUED) {
            over(e, JobState.CANCELLED, now);
            return false;
        }
        return true;
    }

    boolean retry(Entry e, Instant now) {
        if (e.state != JobState.FAILED && e.state != JobState.CANCELLED) {
            return false;
        }
        e.state = JobState.QUEUED;
        e.attempt = 0;
        e.cancel = false;
        e.lives++;
        e.notBefore = now;
        e.attempts.clear();
        return true;
    }

    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
