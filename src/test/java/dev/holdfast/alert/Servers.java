package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Servers that take letters, or are away, refuse all, stumble for ever over what says a certain thing, have one recipient
 * whose mailbox is full, or take a letter and are not heard. Each recipient is a lane: what comes to it is looked at.
 */
final class Servers {
    static final List<String> RECIPIENTS = List.of("a@x", "b@x");

    private final Random random;
    /** Some never say whether they are away. */
    private final boolean vague;

    private final Map<String, Long> awayUntil = new HashMap<>();
    private final Set<String> refusing = new HashSet<>();
    /** By channel: keys. */
    private final Map<String, Set<String>> stumbling = new HashMap<>();

    private final Map<String, Long> fullUntil = new HashMap<>();

    /** By id and recipient: how often; the letters, in the order in which they were written. */
    private final Map<String, Integer> taken = new TreeMap<>();

    private final Map<String, Letter> letters = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> lastNumber = new HashMap<>();
    private final Map<String, Item> lastItem = new TreeMap<>();
    /** By channel: what nobody has got. */
    private final Map<String, TreeMap<Integer, String>> waiting = new HashMap<>();

    private final Set<String> ambiguous = new HashSet<>();
    int delivered;
    int overtaken;

    Servers(Random random) {
        this.random = random;
        vague = random.nextInt(3) == 0;
    }

    static List<String> recipients(ChannelSpec c) {
        return c.way() instanceof Way.Email mail ? mail.to() : List.of("");
    }

    static String lane(String channel, String recipient) {
        return channel + "/" + recipient;
    }

    // ── faults ──

    void away(String channel, long until) {
        awayUntil.put(channel, until);
    }

    void refuse(String channel) {
        refusing.add(channel);
    }

    void stumble(String channel, String key) {
        Set<String> keys = stumbling.computeIfAbsent(channel, c -> new HashSet<>());
        if (keys.size() < 2) {
            keys.add(key);
        }
    }

    void fill(String channel, long until) {
        fullUntil.put(channel, until);
    }

    /** What stumbles goes on to, and what is full stays so. */
    void answer() {
        awayUntil.clear();
        refusing.clear();
    }

    void mend() {
        stumbling.clear();
        fullUntil.clear();
    }

    boolean stuck(Letter l) {
        return l.keys().stream()
                .anyMatch(k -> stumbling.getOrDefault(l.channel(), Set.of()).contains(k));
    }

    /** Whether all that have not got it cannot, for the mailbox or for an earlier letter that stumbles. */
    boolean full(Letter l, ChannelSpec c, long time) {
        return !to(l, c).isEmpty() && to(l, c).stream().allMatch(r -> full(c, r, time));
    }

    private boolean full(ChannelSpec c, String recipient, long time) {
        return recipient.equals("b@x") && fullUntil.getOrDefault(c.name(), 0L) > time;
    }

    private static List<String> to(Letter l, ChannelSpec c) {
        List<String> all = recipients(c);
        return c.way() instanceof Way.Email && !l.left().isEmpty()
                ? all.stream().filter(l.left()::contains).toList()
                : all;
    }

    // ── letters ──

    void written(Letter l) {
        letters.put(l.id(), l);
        numbers.put(l.id(), numbers.size());
        waiting.computeIfAbsent(l.channel(), c -> new TreeMap<>()).put(numbers.size() - 1, l.id());
    }

    /** What it answers, and who has got it then. */
    Delivery answer(Letter l, ChannelSpec c, long time, boolean ending) {
        if (awayUntil.getOrDefault(c.name(), 0L) > time) {
            return vague ? new Delivery.Later("503") : new Delivery.Away("connection refused");
        }
        if (refusing.contains(c.name())) {
            if (random.nextInt(10) == 0) {
                refusing.remove(c.name());
            }
            return new Delivery.Refused("554 no");
        }
        if (stuck(l)) {
            return new Delivery.Later("503 over this one");
        }
        List<String> left = to(l, c).stream().filter(r -> full(c, r, time)).toList();
        var got = new ArrayList<>(to(l, c));
        got.removeAll(left);
        got.forEach(r -> take(l, r));
        if (got.isEmpty()) {
            return new Delivery.Later("452 full");
        }
        if (!ending && random.nextInt(40) == 0) { // its answer is not heard
            ambiguous.add(l.id());
            return new Delivery.Later("timeout");
        }
        return left.isEmpty() ? new Delivery.Done() : new Delivery.Partly(left, "452 full");
    }

    /** Nobody hears what it answers. */
    void unheard(Letter l, ChannelSpec c, long time) {
        ambiguous.add(l.id());
        if (awayUntil.getOrDefault(c.name(), 0L) <= time && !refusing.contains(c.name()) && !stuck(l)) {
            to(l, c).stream().filter(r -> !full(c, r, time)).forEach(r -> take(l, r));
        }
    }

    /** @return whether there was none before */
    boolean doubt(Letter l) {
        return ambiguous.add(l.id());
    }

    void sure(Letter l) {
        ambiguous.remove(l.id());
    }

    private void take(Letter l, String recipient) {
        delivered++;
        Letter written = letters.get(l.id());
        World.check(written == null || written.items().equals(l.items()), "one id, two texts");
        boolean first = taken.merge(l.id() + " " + recipient, 1, Integer::sum) == 1;
        int number = numbers.getOrDefault(l.id(), -1);
        for (Item i : l.items()) {
            String id = lane(l.channel(), recipient) + " " + i.occasion().key();
            if (first) {
                Integer before = lastNumber.put(id, number);
                World.check(before == null || before < number, id + " got the later letter first");
                lastItem.put(id, i);
            }
        }
        TreeMap<Integer, String> all = waiting.computeIfAbsent(l.channel(), c -> new TreeMap<>());
        all.remove(number);
        if (first && !all.headMap(number).isEmpty()) {
            overtaken++;
        }
    }

    boolean has(Letter l, String recipient) {
        return taken.containsKey(l.id() + " " + recipient);
    }

    /** @param lane channel, recipient and key */
    @org.jspecify.annotations.Nullable
    Item last(String lane) {
        return lastItem.get(lane);
    }

    void last(BiConsumer<String, Item> each) {
        lastItem.forEach(each);
    }

    // ── in the end ──

    void once() {
        taken.forEach((id, n) -> World.check(
                n == 1 || ambiguous.contains(id.substring(0, id.indexOf(' '))), "delivered " + n + " times: " + id));
    }

    /** By lane and key: how many episodes. */
    Map<String, Integer> told() {
        var sums = new TreeMap<String, Integer>();
        taken.keySet().forEach(t -> {
            Letter l = letters.get(t.substring(0, t.indexOf(' ')));
            if (l != null) {
                l.items().stream()
                        .filter(i -> !i.occasion().key().startsWith("alerts/"))
                        .forEach(i -> sums.merge(
                                lane(l.channel(), t.substring(t.indexOf(' ') + 1)) + " "
                                        + i.occasion().key(),
                                i.untold(),
                                Integer::sum));
            }
        });
        return sums;
    }
}
