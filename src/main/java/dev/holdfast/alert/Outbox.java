package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Letters that are not delivered yet, in the order in which they were written. A channel sends one at a time.
 *
 * <p>What fails may be the channel, one of its recipients, or the letter itself, and the other side's "not now" does not
 * tell which. So a letter that was put off a few times is passed by one about other matters. If that is taken, the trouble
 * is the first one's own: such failures count as refusals, and others go by. If it is put off as well, the next is written
 * only after four times as many tries, so an outage makes few letters; one that cannot be asked at all makes none.
 *
 * <p>No recipient gets a letter before an earlier one about the same matter. News of what is in a letter that nobody has
 * got waits for it; a letter that some have got holds back nothing but itself, for the others.
 *
 * <p>One thread's own.
 */
final class Outbox {
    /** Some 20 minutes, with the pauses between them. */
    static final int MOST_REFUSALS = 8;

    /** Letters of a channel that some have got and others have not. */
    static final int MOST_REMNANTS = 20;

    static final String OWN = "alerts/channel/";

    /** So often at least a letter is put off before others pass it: some 30 seconds. */
    private static final int PATIENCE = 2;

    private static final long FIRST_PAUSE = 10_000;
    private static final long LONGEST_PAUSE = Duration.ofMinutes(15).toMillis();
    private static final long TROUBLED = Duration.ofMinutes(10).toMillis();

    private final Draft draft;
    private final RandomGenerator random;
    private final Peers peers;
    private @Nullable AlertSpec spec;

    /** By channel. */
    private final Map<String, Flight> flights = new HashMap<>();

    private final Map<String, Long> retries = new HashMap<>();
    /** When the channel's first try in a row failed. */
    private final Map<String, Long> troubled = new HashMap<>();

    /** How many letters were taken by anybody; by recipient and by letter how many it had been at its last. */
    private long deliveries;

    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, Long> failedAt = new HashMap<>();

    /** The channels' own troubles, as alerts to the others. */
    interface Peers {
        void tell(String channel, Occasion o, Moment now);

        void clear(String key, String how, Moment now);
    }

    /** @param rest those that it may not go to yet */
    private record Flight(String letter, List<String> to, List<String> rest) {}

    Outbox(Draft draft, RandomGenerator random, Peers peers) {
        this.draft = draft;
        this.random = random;
        this.peers = peers;
    }

    /** @return letters of channels that are gone */
    List<Letter> configure(@Nullable AlertSpec wanted) {
        spec = wanted;
        Set<String> known = wanted == null ? Set.of() : wanted.channels().keySet();
        List<Letter> dropped = draft.kept.letters.values().stream()
                .filter(l -> !known.contains(l.channel()))
                .toList();
        for (Letter l : dropped) {
            draft.say(
                    Level.WARNING,
                    "the alert channel " + l.channel() + " is gone, with what it had not been told: " + l.about());
            gone(l);
        }
        flights.keySet().retainAll(known);
        troubled.keySet().retainAll(known);
        return dropped;
    }

    boolean sending() {
        return !flights.isEmpty();
    }

    /** Whether a letter may be written to it now. */
    boolean open(ChannelSpec c) {
        List<Letter> waiting = of(c.name()).stream()
                .filter(l -> l.left().isEmpty() && !l.passed())
                .toList();
        return !flights.containsKey(c.name())
                && (waiting.isEmpty() || waiting.getLast().putOff() >= patience(waiting.size()));
    }

    private static int patience(int waiting) {
        return PATIENCE + (1 << (2 * Math.min(waiting - 1, 10)));
    }

    /** Keys of what the channel is told nothing more of for now. */
    Set<String> held(String channel) {
        var keys = new HashSet<String>();
        of(channel).stream().filter(l -> l.left().isEmpty()).forEach(l -> keys.addAll(l.keys()));
        return keys;
    }

    /** Sends what is due. @return when something will be; {@link Moment#NEVER}: not before something happens */
    long dispatch(ChannelSpec c, Moment now, boolean closing) {
        if (flights.containsKey(c.name())) {
            return Moment.NEVER;
        }
        if (Composer.single(c)) {
            split(c.name());
        }
        long next = Moment.NEVER;
        var due = new ArrayList<Letter>();
        for (Letter l : of(c.name())) {
            if (recipients(l, c).isEmpty()) {
                gone(l); // who had not got it is not to get any more
            } else if (!(closing && l.tries() > 0) && !free(l, c).isEmpty()) {
                long at = due(l, now);
                if (closing || at <= now.at()) {
                    due.add(l);
                } else {
                    next = Math.min(next, at);
                }
            }
        }
        Letter first = due.stream()
                .min(Comparator.<Letter>comparingInt(l -> Math.min(l.tries(), 1))
                        .thenComparingLong(l -> due(l, now)))
                .orElse(null);
        if (first == null) {
            return next;
        }
        List<String> to = free(first, c);
        var rest = new ArrayList<>(recipients(first, c));
        rest.removeAll(to);
        flights.put(c.name(), new Flight(first.id(), to, List.copyOf(rest)));
        draft.act(new Action.Send(rest.isEmpty() ? first : first.with(to), c));
        return Moment.NEVER;
    }

    private long due(Letter l, Moment now) {
        return retries.getOrDefault(l.id(), now.at());
    }

    private List<Letter> of(String channel) {
        if (draft.kept.letters.isEmpty()) {
            return List.of();
        }
        return draft.kept.letters.values().stream()
                .filter(l -> l.channel().equals(channel))
                .toList();
    }

    /** Who has not got it; of what has no recipients the channel itself. */
    private static List<String> recipients(Letter l, ChannelSpec c) {
        if (!(c.way() instanceof Way.Email mail)) {
            return List.of("");
        }
        return l.left().isEmpty()
                ? mail.to()
                : mail.to().stream().filter(l.left()::contains).toList();
    }

    /** Of those the ones that wait for no earlier letter about the same. */
    private List<String> free(Letter l, ChannelSpec c) {
        var free = new ArrayList<>(recipients(l, c));
        for (Letter earlier : of(c.name())) {
            if (earlier.id().equals(l.id())) {
                break;
            }
            if (!Collections.disjoint(earlier.keys(), l.keys())) {
                free.removeAll(recipients(earlier, c));
            }
        }
        return free;
    }

    /** Such a channel takes one matter at a time, also of a letter that was written before a reload made it one. */
    private void split(String channel) {
        List<Letter> all = of(channel);
        if (all.stream().allMatch(l -> l.items().size() == 1)) {
            return;
        }
        all.forEach(l -> draft.change(new Change.Posted(l.id())));
        all.stream().flatMap(l -> l.singly().stream()).forEach(l -> draft.change(new Change.Post(l)));
    }

    // ── what came of it ──

    void sent(String channel, String id, Delivery delivery, Moment now) {
        Flight f = flights.get(channel);
        if (f == null || !f.letter().equals(id)) {
            return; // of a channel that went meanwhile
        }
        flights.remove(channel);
        Letter l = draft.kept.letters.get(id);
        if (l == null) {
            return;
        }
        switch (delivery) {
            case Delivery.Done _ -> delivered(l, f, now);
            case Delivery.Mostly(String why) -> {
                draft.say(Level.ERROR, "alert \"" + l.about() + "\" did not reach all of " + channel + ": " + why);
                delivered(l, f, now);
            }
            case Delivery.Partly(List<String> left, String why) -> partly(l, f, left, why, now);
            case Delivery.Away(String why) -> failed(l.failed(why), now);
            case Delivery.Later(String why) -> failed(putOff(l, f.to(), why), now);
            case Delivery.Refused(String why) -> failed(l.failed(why).refused(), now);
        }
    }

    private void delivered(Letter l, Flight f, Moment now) {
        if (f.rest().isEmpty()) {
            gone(l);
        } else {
            draft.change(new Change.Post(l.with(f.rest())));
        }
        took(l, f.to(), now);
    }

    private void partly(Letter l, Flight f, List<String> left, String why, Moment now) {
        var rest = new ArrayList<>(f.rest());
        rest.addAll(left);
        var got = new ArrayList<>(f.to());
        got.removeAll(left);
        if (l.left().isEmpty()) {
            draft.say(
                    Level.WARNING,
                    "alert \"" + l.about() + "\" did not reach all of " + l.channel() + " yet: " + why
                            + "; it is tried again for them");
        }
        Letter after = putOff(l, left, why).with(rest);
        if (after.refusals() >= MOST_REFUSALS) {
            giveUp(after, now);
        } else {
            draft.change(new Change.Post(after));
            retries.put(l.id(), Moment.after(now.at(), pause(after.tries())));
        }
        took(l, got, now);
        of(l.channel()).stream()
                .filter(r -> !r.left().isEmpty())
                .sorted(Comparator.comparingInt(of(l.channel())::indexOf).reversed())
                .skip(MOST_REMNANTS)
                .forEach(r -> giveUp(r, now));
    }

    /** "Not now" of somebody who took another one since its last try is said of the letter. */
    private Letter putOff(Letter l, List<String> by, String why) {
        Long last = failedAt.put(l.id(), deliveries);
        boolean own = last != null && by.stream().anyMatch(r -> taken.getOrDefault(lane(l, r), 0L) > last);
        Letter after = l.failed(why).again();
        return own ? after.refused() : after;
    }

    private static String lane(Letter l, String recipient) {
        return l.channel() + " " + recipient;
    }

    /** Of those that fail with them another one is looked at again at once. */
    private void took(Letter l, List<String> by, Moment now) {
        if (by.isEmpty()) {
            return;
        }
        deliveries++;
        by.forEach(r -> taken.put(lane(l, r), deliveries));
        ChannelSpec c = spec == null ? null : spec.channels().get(l.channel());
        for (Letter other : of(l.channel())) {
            boolean newly = c != null
                    && !other.id().equals(l.id())
                    && other.tries() > 0
                    && !other.passed()
                    && !Collections.disjoint(recipients(other, c), by);
            if (newly) {
                draft.change(new Change.Post(other.overtaken()));
                retries.put(other.id(), now.at());
            }
        }
        if (troubled.remove(l.channel()) != null) {
            draft.say(Level.NOTICE, "alerts to " + l.channel() + " are delivered again");
        }
        peers.clear(OWN + l.channel(), "delivered again", now);
    }

    private void failed(Letter l, Moment now) {
        if (l.refusals() >= MOST_REFUSALS) {
            giveUp(l, now);
            return;
        }
        Letter before = draft.kept.letters.get(l.id());
        draft.change(new Change.Post(l));
        retries.put(l.id(), Moment.after(now.at(), pause(l.tries())));
        if (!l.left().isEmpty()) {
            return; // was said when it became so
        }
        if (l.passed()) {
            if (l.refusals() == 1 && before != null && before.refusals() == 0) {
                draft.say(
                        Level.WARNING,
                        "an alert to " + l.channel() + " fails while others get through (" + l.trouble() + "): "
                                + l.about());
            }
            return;
        }
        long since = troubled.computeIfAbsent(l.channel(), c -> now.at());
        if (since == now.at()) {
            draft.say(
                    Level.WARNING,
                    "an alert to " + l.channel() + " could not be delivered (" + l.trouble() + "): " + l.about()
                            + "; it is kept and tried again");
        } else if (now.at() - since >= TROUBLED) {
            peers.tell(
                    l.channel(),
                    Occasion.lasting(
                                    OWN + l.channel(),
                                    Severity.CRITICAL,
                                    "alerts to " + l.channel() + " cannot be delivered")
                            .withText(l.trouble())
                            .withLook("holdfast alerts list"),
                    now);
        }
    }

    private Duration pause(int tries) {
        long whole = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(tries - 1, 20));
        return Duration.ofMillis((long) (whole * (0.8 + 0.4 * random.nextDouble())));
    }

    private void giveUp(Letter l, Moment now) {
        gone(l);
        if (l.left().isEmpty()) {
            untold(l);
        }
        String whom = l.left().isEmpty() ? l.channel() : String.join(", ", l.left()) + " of " + l.channel();
        String often = l.refusals() == 0 ? "failed " + l.tries() : "was refused " + l.refusals();
        draft.say(
                Level.ERROR,
                "an alert to " + whom + " " + often + " times and is given up (" + l.trouble() + "): " + l.about());
        peers.tell(
                l.channel(),
                Occasion.event(
                                "alerts/given-up/" + l.channel(),
                                Severity.CRITICAL,
                                "an alert to " + whom + " was given up: " + l.about())
                        .withText("It " + often + " times: " + l.trouble()),
                now);
        troubled.remove(l.channel()); // it answers; what else fails says so again
        peers.clear(OWN + l.channel(), "what it did not take is given up", now);
    }

    /** Nobody heard from it that something lasts: nobody is told that it is over. What is worse by now is told anew. */
    private void untold(Letter l) {
        for (Item i : l.items()) {
            Matter m = draft.kept.matters.get(i.occasion().key());
            Told t = m == null ? null : m.told().get(l.channel());
            boolean begins = i.kind() == Item.Kind.RAISED || i.kind() == Item.Kind.PASSED;
            if (m != null && t != null && begins && t.asOpen()) {
                boolean worse = m.open() && m.occasion().severity().compareTo(i.severity()) > 0;
                draft.change(new Change.Is(m.with(l.channel(), worse ? t.over().knowing(t.times() - 1) : t.over())));
            }
        }
    }

    /** It is not sent any more. */
    void drop(Letter l) {
        gone(l);
    }

    private void gone(Letter l) {
        draft.change(new Change.Posted(l.id()));
        retries.remove(l.id());
        failedAt.remove(l.id());
    }
}
