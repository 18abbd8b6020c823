package dev.holdfast.queue;

import dev.holdfast.config.QueueSpec;
import dev.holdfast.event.InstanceId;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One queue on this host: its places, and when the store is asked for jobs. */
final class Lane {
    /** Clocks of hosts and stores differ: what is due by theirs may not be by ours. */
    private static final Duration SOONEST = Duration.ofMillis(50);

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

    final String name;
    final Map<InstanceId, Held> works = new LinkedHashMap<>();
    QueueSpec spec;
    /** Not configured any more: it goes when it is empty. */
    boolean leaving;

    /** Why the store could not be asked the last time. */
    @Nullable
    String trouble;

    /** While the store is being asked: when to ask it once more, whatever it answers. */
    private MonoTime askAt;

    private int failures;
    private @Nullable Claiming claiming;
    /** The store is being asked for so many. */
    private record Claiming(MonoTime sent, int most) {}

    Lane(QueueSpec spec, MonoTime now) {
        this.name = spec.name();
        this.spec = spec;
        this.askAt = now;
    }

    private int places() {
        return open() ? spec.concurrency() : 0;
    }

    /** Whether anything is begun here. */
    boolean open() {
        return !leaving && spec.enabled() && spec.pull() == null;
    }

    /** Whether one more may begin. */
    boolean free() {
        return works.values().stream().filter(Held::placed).count() < places();
    }

    /** Held, without a place, the first of them. */
    Optional<Held> waiting() {
        return works.values().stream()
                .filter(h -> h.activity instanceof Activity.Waiting)
                .findFirst();
    }

    /**
     * For whom there is a place. One without a directory leaves its own when the store is told of its end: asked for with
     * that, the next ones cost no time of their own. While many cannot be told, no more are taken. Nobody is held who could
     * not begin: its attempt would be charged should this daemon die.
     */
    private int wanted() {
        long staying = works.values().stream()
                .filter(h -> h.placed() || h.activity instanceof Activity.Waiting)
                .count();
        return Math.clamp(Math.min(places() - staying, 2L * places() - works.size()), 0, Integer.MAX_VALUE);
    }

    boolean idle() {
        return works.isEmpty() && claiming == null;
    }

    boolean claiming() {
        return claiming != null;
    }

    /** When to ask the store. */
    MonoTime next() {
        return claiming != null || askAt.equals(MonoTime.NEVER) || wanted() == 0 ? MonoTime.NEVER : askAt;
    }

    Action.Claim claim(MonoTime now) {
        int most = wanted();
        claiming = new Claiming(now, most);
        askAt = MonoTime.NEVER;
        return new Action.Claim(spec, most);
    }

    /** Something may be there. */
    void ask(MonoTime at) {
        askAt = MonoTime.earliest(askAt, at);
    }

    /** The same, by the wall clock. */
    void ask(Instant at, Now now) {
        Duration left = Duration.between(now.wall(), at);
        askAt = MonoTime.earliest(askAt, now.mono().plus(left.compareTo(SOONEST) < 0 ? SOONEST : left));
    }

    /**
     * The store has answered.
     *
     * @param look at the latest: others give jobs back, and lose them, without a word
     * @return when it was asked
     */
    MonoTime taken(int jobs, @Nullable Instant next, Now now, Duration look) {
        Claiming answered = claiming;
        MonoTime sent = answered == null ? now.mono() : answered.sent;
        boolean more = answered != null && jobs >= answered.most;
        claiming = null;
        failures = 0;
        trouble = null;
        ask(more ? now.mono() : now.mono().plus(look));
        if (!more && next != null) {
            ask(next, now);
        }
        return sent;
    }

    void claimFailed(String why, Now now) {
        claiming = null;
        trouble = why;
        Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(failures, 10));
        failures++;
        askAt = now.mono().plus(pause.compareTo(LONGEST_BACKOFF) < 0 ? pause : LONGEST_BACKOFF);
    }

    QueueView view() {
        return new QueueView(name, spec, works.values().stream().map(Held::view).toList(), trouble);
    }

    List<Held> held() {
        return List.copyOf(works.values());
    }
}
