package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody should know, and who has been told: stimuli in, changes and actions out. It reads no clock and no file.
 *
 * <p>Nothing is queued message by message. Of each matter and each channel it is known what the channel has been told;
 * whatever differs from how things are is news, and goes into the channel's next letter. While a letter cannot be delivered
 * news gathers behind it, however much happens, and the next letter has what is still worth telling (see {@link Outbox} for
 * when that is written). So what is kept is bounded by the number of matters, not by how long a mail server is away.
 *
 * <p>One thread's own.
 */
public final class Alerts {
    /** Matters; of more only their number is told. */
    static final int MOST = 1_000;

    /** Of one channel, that wait for it. */
    static final int MOST_REPORTS = 20;

    private static final int MOST_OVER = 200;
    private static final long REMEMBERED = Duration.ofHours(24).toMillis();
    public static final int MOST_SILENCES = 100;

    private final String life;
    private final Kept kept;
    private final Draft draft;
    private final Outbox outbox;
    private final Router router;
    private int letters;
    private boolean closing;
    private long next = Moment.NEVER;

    private final Map<String, Long> gathered = new HashMap<>();

    /**
     * @param life no other daemon's; letters are named by it
     * @param kept of the daemons before; from here on this one's own
     */
    public Alerts(String life, Kept kept, RandomGenerator random) {
        this.life = life;
        this.kept = kept;
        this.draft = new Draft(kept);
        this.router = new Router();
        this.outbox = new Outbox(draft, random, new Outbox.Peers() {
            @Override
            public void tell(String channel, Occasion o, Moment now) {
                ofChannel(channel, o, now);
            }

            @Override
            public void clear(String key, String how, Moment now) {
                Alerts.this.clear(key, how, now);
            }
        });
    }

    /** The first one is {@link Stimulus.Configure}. */
    public Decision apply(Stimulus stimulus, Moment now) {
        switch (stimulus) {
            case Stimulus.Raise(Occasion o) -> raise(o, now);
            case Stimulus.Clear(String key, String how) -> clear(key, how, now);
            case Stimulus.Retain(String prefix, Set<String> keys) ->
                List.copyOf(kept.matters.tailMap(prefix, true).values()).stream()
                        .takeWhile(m -> m.key().startsWith(prefix))
                        .filter(m -> !keys.contains(m.key()))
                        .forEach(m -> clear(m.key(), "", now));
            case Stimulus.Configure(AlertSpec spec) -> configure(spec, now);
            case Stimulus.Hush h -> hush(h, now);
            case Stimulus.Unhush(String pattern) -> unhush(pattern);
            case Stimulus.Sent(String channel, String letter, Delivery d) -> outbox.sent(channel, letter, d, now);
            case Stimulus.Post p -> post(p, now);
            case Stimulus.Tick _ -> {}
            case Stimulus.Close _ -> closing = true;
        }
        boolean watched = stimulus instanceof Stimulus.Raise
                || stimulus instanceof Stimulus.Clear
                || stimulus instanceof Stimulus.Retain;
        if (!watched || draft.changed()) { // what is said at each look is mostly as it was
            reconcile(now);
        }
        return draft.done();
    }

    /** When it is to be told {@link Stimulus.Tick}, on the kept clock; Long.MAX_VALUE: not before something happens. */
    public long nextDeadline() {
        return next;
    }

    /** Whether a letter is being sent. */
    public boolean sending() {
        return outbox.sending();
    }

    /** How all of it is, to be written as a whole. */
    public List<Change> all() {
        return kept.all();
    }

    public AlertsView view(Moment now) {
        return new AlertsView(
                List.copyOf(kept.matters.values()),
                List.copyOf(kept.letters.values()),
                kept.silences.values().stream().filter(s -> s.end() > now.at()).toList());
    }

    /** Whether somebody asked not to be told of it. */
    private boolean silenced(String key, long at) {
        return kept.silences.values().stream().anyMatch(s -> s.end() > at && s.covers(key));
    }

    // ── reports ──

    private void post(Stimulus.Post p, Moment now) {
        AlertSpec spec = router.spec();
        for (String channel : p.channels()) {
            // It becomes a file's name and part of a Message-ID; a channel is called anything.
            String id = p.id() + "." + HexFormat.of().toHexDigits(channel.hashCode());
            if (spec == null || !spec.channels().containsKey(channel)) {
                say(
                        Level.WARNING,
                        "the alert channel " + channel + " is gone: "
                                + p.headline().title());
            } else if (!kept.letters.containsKey(id)) {
                var item =
                        new Item(Item.Kind.RAISED, p.headline().severity(), p.headline(), now.wall(), null, 1, 1, "");
                change(new Change.Post(Letter.report(id, channel, now.wall(), item, p.enclosure())));
                tooMany(channel);
            }
        }
    }

    /** Reports that a channel does not take. */
    private void tooMany(String channel) {
        List<Letter> waiting = kept.letters.values().stream()
                .filter(l -> l.enclosure() != null && l.channel().equals(channel))
                .toList();
        for (Letter l : waiting.subList(0, Math.max(0, waiting.size() - MOST_REPORTS))) {
            outbox.drop(l);
            say(
                    Level.ERROR,
                    channel + " has not taken " + MOST_REPORTS + " reports; this one is dropped: " + l.about());
        }
    }

    // ── what happens ──

    private void raise(Occasion given, Moment now) {
        AlertSpec spec = router.spec();
        if (spec == null) {
            return;
        }
        Occasion o = fitting(given, now);
        if (o == null) {
            return;
        }
        Matter before = kept.matters.get(o.key());
        Matter after = before == null ? first(o, now) : again(before, o, now);
        boolean same = before != null
                && before.times() == after.times()
                && before.occasion().severity() == o.severity()
                && before.told().equals(after.told());
        if (same) {
            kept.apply(new Change.Is(after)); // values, which whoever watches says again to the next daemon
        } else {
            change(new Change.Is(after));
        }
    }

    private Matter first(Occasion o, Moment now) {
        return new Matter(
                o,
                now.at(),
                now.wall(),
                now.at(),
                1,
                o.lasts(),
                o.lasts() ? null : now.wall(),
                "",
                o.severity() == Severity.CRITICAL ? now.at() : -1,
                router.informed(null, o, 1));
    }

    /** What lasts and is said again has changed, if anything; all else happens once more. */
    private Matter again(Matter m, Occasion o, Moment now) {
        boolean anew = !o.lasts() || !m.open();
        int times = anew ? m.times() + 1 : m.times();
        boolean critical = o.severity() == Severity.CRITICAL;
        return new Matter(
                o,
                anew ? now.at() : m.since(),
                anew ? now.wall() : m.began(),
                now.at(),
                times,
                o.lasts(),
                o.lasts() ? null : now.wall(),
                "",
                !critical ? -1 : anew || m.severe() < 0 ? now.at() : m.severe(),
                router.informed(m, o, times));
    }

    /** Itself, while there is room for it; else one that stands for all that there is no room for. */
    private @Nullable Occasion fitting(Occasion o, Moment now) {
        if (kept.matters.containsKey(o.key()) || kept.matters.size() < MOST) {
            return o;
        }
        forget(now, 0);
        if (kept.matters.size() < MOST) {
            return o;
        }
        String more = o.key().split("/", 2)[0] + "/more";
        if (!kept.matters.containsKey(more) && kept.matters.size() >= MOST + MOST / 10) {
            say(Level.ERROR, "an alert is not told, there are " + kept.matters.size() + " others: " + o.title());
            return null;
        }
        return Occasion.event(more, o.severity(), "more than " + MOST + " alerts at once; the latest: " + o.title())
                .to(o.channels());
    }

    private void clear(String key, String how, Moment now) {
        Matter m = kept.matters.get(key);
        if (m != null && m.open()) {
            change(new Change.Is(m.over(now.wall(), how)));
        }
    }

    private void hush(Stimulus.Hush h, Moment now) {
        if (kept.silences.size() >= MOST_SILENCES && !kept.silences.containsKey(h.pattern())) {
            change(new Change.Unhush(kept.silences.values().stream()
                    .min(Comparator.comparingLong(Silence::end))
                    .orElseThrow()
                    .pattern()));
        }
        long end = Moment.after(now.at(), h.time());
        change(new Change.Hush(new Silence(h.pattern(), end, now.wall().plus(h.time()), h.reason(), h.by())));
    }

    private void unhush(String pattern) {
        if (kept.silences.containsKey(pattern)) {
            change(new Change.Unhush(pattern));
        }
    }

    private void configure(@Nullable AlertSpec spec, Moment now) {
        router.configure(spec);
        Set<String> known = spec == null ? Set.of() : spec.channels().keySet();
        List<Letter> dropped = outbox.configure(spec);
        gathered.keySet().retainAll(known);
        for (Matter m : List.copyOf(kept.matters.values())) {
            SortedMap<String, Told> told = router.afterReload(m, dropped);
            if (spec == null) {
                change(new Change.Gone(m.key()));
            } else if (!told.equals(m.told())) {
                change(new Change.Is(m.with(told)));
            }
            if (m.key().startsWith(Outbox.OWN) && !known.contains(m.key().substring(Outbox.OWN.length()))) {
                clear(m.key(), "it is gone", now);
            }
        }
    }

    /** Told by the other channels; where there is none, the daemon's log has it. */
    private void ofChannel(String channel, Occasion o, Moment now) {
        AlertSpec spec = router.spec();
        List<String> others = spec == null
                ? List.of()
                : spec.channels().keySet().stream()
                        .filter(c -> !c.equals(channel))
                        .toList();
        if (!others.isEmpty()) {
            raise(o.to(others), now);
        }
    }

    // ── news ──

    private void reconcile(Moment now) {
        next = Moment.NEVER;
        for (Silence s : List.copyOf(kept.silences.values())) {
            if (s.end() <= now.at()) {
                change(new Change.Unhush(s.pattern()));
            } else {
                next = Math.min(next, s.end());
            }
        }
        AlertSpec spec = router.spec();
        if (spec == null) {
            return;
        }
        escalate(spec, now);
        for (ChannelSpec c : spec.channels().values()) {
            if (outbox.open(c)) {
                write(c, now);
            }
            next = Math.min(next, outbox.dispatch(c, now, closing));
        }
        forget(now, MOST_OVER);
    }

    private void write(ChannelSpec c, Moment now) {
        var news = new TreeMap<String, Item.Kind>();
        Set<String> held = outbox.held(c.name());
        for (Matter m : List.copyOf(kept.matters.values())) {
            Told t = m.told().get(c.name());
            if (t == null || held.contains(m.key())) {
                continue;
            }
            switch (News.of(c, m, t, silenced(m.key(), now.at()), now)) {
                case News.None _ -> {}
                case News.Unsaid _ ->
                    change(new Change.Is(m.with(c.name(), t.knowing(m.times()).over())));
                case News.Due(Item.Kind kind, long at) -> {
                    if (at <= now.at()) {
                        news.put(m.key(), kind);
                    } else {
                        next = Math.min(next, at);
                    }
                }
            }
        }
        if (news.isEmpty()) {
            gathered.remove(c.name());
            return;
        }
        long ready = gathered.computeIfAbsent(
                c.name(), n -> Composer.single(c) ? now.at() : Moment.after(now.at(), c.gather()));
        if (ready > now.at() && !closing) {
            next = Math.min(next, ready);
            return;
        }
        gathered.remove(c.name());
        List<Matter> in = Composer.chosen(c, kept.matters, news.keySet());
        var items = new ArrayList<Item>();
        for (Matter m : in) {
            Item.Kind kind = news.get(m.key());
            Told t = m.told().get(c.name());
            if (kind != null && t != null) {
                items.add(Composer.item(kind, m, t));
                change(new Change.Is(m.with(c.name(), Composer.told(c, kind, m, t, now.at()))));
            }
        }
        change(new Change.Post(new Letter(life + "." + ++letters, c.name(), now.wall(), List.copyOf(items))));
    }

    private void escalate(AlertSpec spec, Moment now) {
        for (Matter m : List.copyOf(kept.matters.values())) {
            if (!m.open() || silenced(m.key(), now.at())) {
                continue;
            }
            Matter after = m;
            for (AlertSpec.StepSpec step : spec.escalation()) {
                long from = step.severity() == Severity.CRITICAL ? m.severe() : m.since();
                long due = from < 0 ? Moment.NEVER : Moment.after(from, step.after());
                if (due > now.at()) {
                    next = Math.min(next, due);
                    continue;
                }
                for (String channel : step.channels()) {
                    Told t = after.told()
                            .getOrDefault(
                                    channel,
                                    Told.nothing(m.times(), m.occasion().severity()));
                    if (!t.asOpen() && t.times() == m.times()) {
                        after = after.with(channel, t.knowing(m.times() - 1));
                    }
                }
            }
            if (!after.told().equals(m.told())) {
                change(new Change.Is(after));
            }
        }
    }

    /** What is over and was told stays for a while: to be shown, and for its cooldown. */
    private void forget(Moment now, int most) {
        var waiting = new HashSet<String>();
        kept.letters
                .values()
                .forEach(l -> l.items().forEach(i -> waiting.add(i.occasion().key())));
        List<Matter> over = kept.matters.values().stream()
                .filter(m -> !m.open() && !waiting.contains(m.key()))
                .filter(m -> m.told().values().stream().allMatch(t -> t.times() == m.times() && !t.asOpen()))
                .sorted(Comparator.comparingLong(Matter::touched))
                .toList();
        long longest = Math.max(REMEMBERED, router.longestCooldown());
        int tooMany = over.size() - most;
        for (int i = 0; i < over.size(); i++) {
            if (i < tooMany || now.at() - over.get(i).touched() > longest) {
                change(new Change.Gone(over.get(i).key()));
            }
        }
    }

    private void change(Change c) {
        draft.change(c);
    }

    private void say(Level level, String words) {
        draft.say(level, words);
    }
}
