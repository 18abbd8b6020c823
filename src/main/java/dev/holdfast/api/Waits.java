package dev.holdfast.api;

import java.util.HashMap;
import java.util.Map;

/**
 * How many may wait for something at once, each of whom holds a place that an answer would need: some in all, fewer by
 * TCP, and of either no client more than three quarters. Root and the daemon's user are no clients that others need
 * protection from. Thread-safe.
 */
final class Waits {
    /** He has a place. */
    static final int GRANTED = -1;

    private final int most;
    private final int byTcp;
    private final Map<String, Integer> taken = new HashMap<>();
    private int all;
    private int remote;

    /** @param byTcp of {@code most} */
    Waits(int most, int byTcp) {
        this.most = most;
        this.byTcp = byTcp;
    }

    /** What is done while a place is held. */
    interface Answer {
        Reply give() throws ControlPort.Refused, Bad;
    }

    /**
     * Has him wait in a place of his.
     *
     * @param waits false: he waits for nothing, and needs none
     * @param what is waited for, in words
     * @throws ControlPort.Refused 503 when there is none for him now
     */
    Reply during(Caller by, boolean waits, String what, Answer answer) throws ControlPort.Refused, Bad {
        if (!waits) {
            return answer.give();
        }
        int bound = take(by);
        if (bound != GRANTED) {
            throw new ControlPort.Refused(
                    503,
                    Failure.later(bound + " requests wait for " + what + " already; ask again, or without wait", 1));
        }
        try {
            return answer.give();
        } finally {
            leave(by);
        }
    }

    /** @return {@link #GRANTED}, until he {@link #leave}s; else the bound that is reached, which may be 0 */
    synchronized int take(Caller by) {
        int there = by.local() ? most : byTcp;
        int his = taken.getOrDefault(client(by), 0);
        int share = by.local() && by.may(Scope.ADMIN) ? most : there * 3 / 4;
        if (all >= most) {
            return most;
        }
        if (!by.local() && remote >= byTcp) {
            return byTcp;
        }
        if (his >= share) {
            return share;
        }
        taken.put(client(by), his + 1);
        all++;
        remote += by.local() ? 0 : 1;
        return GRANTED;
    }

    synchronized void leave(Caller by) {
        taken.computeIfPresent(client(by), (_, n) -> n == 1 ? null : Integer.valueOf(n - 1));
        all--;
        remote -= by.local() ? 0 : 1;
    }

    /** By TCP a token, whatever address it comes from. */
    private static String client(Caller by) {
        return (by.local() ? "user " : "token ") + by.name();
    }
}
