package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.unit.Severity;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A host on which things go wrong, its daemons, which die at any step, a disk that keeps what was written, and
 * {@link Servers}. A seed decides.
 */
final class World {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int LIMIT = 200_000;
    private static final AlertSpec.Way EXEC =
            new AlertSpec.Way.Exec(new dev.holdfast.config.CommandSpec(List.of("x")), Duration.ofSeconds(30));
    private static final AlertSpec.Way MAIL = new AlertSpec.Way.Email(
            Servers.RECIPIENTS,
            "me",
            new AlertSpec.Server("mail", 25, AlertSpec.Encryption.NONE, null, null),
            Duration.ofSeconds(30));

    private final Random random;
    private final boolean dies;
    private final boolean wallJumps;
    private long time; // never set
    private long wallOffset = Instant.parse("2026-11-20T00:00:00Z").toEpochMilli();

    // ── what is on disk ──
    private final List<Change> disk = new ArrayList<>();
    private Moment written = new Moment(0, Instant.EPOCH);

    // ── the daemon ──
    private @Nullable Alerts alerts;
    private long keptBase;
    private long bornAt;
    private int lives;
    private AlertSpec spec;

    // ── the host ──
    private final Map<String, Severity> lasting = new TreeMap<>();
    /** Episodes by key; those that a daemon took and wrote down. */
    private final Map<String, Integer> episodes = new HashMap<>();

    /** (channel, key) of which not every episode has to be told: silenced, too little, unknown channel, given up. */
    private final Set<String> excused = new HashSet<>();

    /** (channel, key) that was silenced at some time. */
    private final List<String> silences = new ArrayList<>();

    private boolean ending;

    // ── the servers ──
    final Servers servers;
    private final Map<String, Flight> flights = new HashMap<>();
    private final Map<String, Long> lastLoud = new HashMap<>();
    private final Map<String, Severity> lastSeverity = new HashMap<>();
    private final Map<String, Letter> composed = new HashMap<>();
    int deaths;
    int givenUp;

    private record Flight(Letter letter, ChannelSpec channel, long arrives) {}

    World(long seed) {
        random = new Random(seed);
        dies = random.nextInt(3) > 0;
        wallJumps = random.nextInt(3) == 0;
        servers = new Servers(random);
        spec = someSpec();
    }

    void run() {
        begin();
        int steps = 60 + random.nextInt(200);
        for (int i = 0; i < steps; i++) {
            advance(pause());
            something();
        }
        ending = true;
        servers.answer();
        if (alerts == null) {
            begin();
        }
        advance(2 * DAY);
        passed();
        servers.mend();
        advance(2 * DAY);
        settle();
    }

    private long pause() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(50);
            case 1 -> random.nextInt(15_000);
            case 2 -> random.nextInt(20 * 60_000);
            default -> random.nextInt(4 * 3_600_000);
        };
    }

    private Instant wall() {
        return Instant.ofEpochMilli(wallOffset + time);
    }

    private Moment now() {
        return new Moment(keptBase + time - bornAt, wall());
    }

    // ── configuration ──

    private AlertSpec someSpec() {
        var channels = new TreeMap<String, ChannelSpec>();
        var names = new TreeSet<String>();
        int n = 1 + random.nextInt(3);
        while (names.size() < n) {
            names.add("c" + random.nextInt(4));
        }
        for (String name : names) {
            channels.put(
                    name,
                    new ChannelSpec(
                            name,
                            name.equals("c0") || name.equals("c2") ? EXEC : MAIL,
                            random.nextInt(4) == 0 ? Severity.CRITICAL : Severity.WARNING,
                            Duration.ofMinutes(random.nextInt(3) * 15L),
                            Duration.ofSeconds(random.nextInt(3) * 10L),
                            random.nextInt(4) > 0,
                            random.nextInt(4) > 0 ? null : quiet()));
        }
        List<String> all = List.copyOf(names);
        var steps = random.nextBoolean()
                ? List.<AlertSpec.StepSpec>of()
                : List.of(new AlertSpec.StepSpec(
                        Duration.ofMinutes(30),
                        random.nextBoolean() ? Severity.CRITICAL : Severity.WARNING,
                        List.of(all.getLast())));
        return new AlertSpec(channels, all.subList(0, 1), all, steps);
    }

    private AlertSpec.QuietSpec quiet() {
        return new AlertSpec.QuietSpec(
                LocalTime.of(22, 0),
                LocalTime.of(7, 0),
                ZoneOffset.UTC,
                EnumSet.allOf(DayOfWeek.class),
                random.nextBoolean());
    }

    // ── lives ──

    private void begin() {
        var kept = new Kept();
        disk.forEach(kept::apply);
        keptBase = Kept.resumed(written, wall());
        bornAt = time;
        if (wallJumps) {
            lastLoud.clear(); // how long nobody was there is told by the host's clock alone
        }
        alerts = new Alerts("life" + lives++, kept, random);
        tell(new Stimulus.Configure(spec));
        if (alerts == null) {
            return;
        }
        // What watches the host looks for the first time.
        tell(new Stimulus.Retain("watch/", Set.copyOf(lasting.keySet())));
        Map.copyOf(lasting).forEach((key, severity) -> tell(new Stimulus.Raise(lasting(key, severity))));
    }

    private void die() {
        deaths++;
        alerts = null;
        // What was on its way may have arrived, or not.
        for (Flight f : List.copyOf(flights.values())) {
            if (random.nextBoolean()) {
                servers.unheard(f.letter(), f.channel(), time);
            }
        }
        flights.clear();
    }

    private void tell(Stimulus s) {
        Alerts a = alerts;
        if (a == null) {
            return;
        }
        Decision d = a.apply(s, now());
        if (dies && !ending && random.nextInt(60) == 0) { // before anything is on disk
            die();
            return;
        }
        if (!d.changes().isEmpty()) {
            disk.addAll(d.changes());
            written = now();
        }
        if (s instanceof Stimulus.Sent) {
            d.changes().forEach(this::posted);
        }
        if (s instanceof Stimulus.Raise(Occasion o)) {
            raised(o, d);
        }
        if (dies && !ending && random.nextInt(60) == 0) { // before anything is sent
            die();
            return;
        }
        for (Action action : d.actions()) {
            switch (action) {
                case Action.Send(Letter l, ChannelSpec c) -> sending(l, c);
                case Action.Say _ -> {}
            }
        }
        if (disk.size() > 5_000) {
            disk.clear();
            disk.addAll(a.all());
        }
    }

    /** An episode counts once it is on disk: a daemon that dies before has not heard of it. */
    private void raised(Occasion o, Decision d) {
        for (Change c : d.changes()) {
            if (c instanceof Change.Is(Matter m) && m.key().equals(o.key())) {
                episodes.merge(
                        o.key(),
                        m.since() == now().at() && began.add(o.key() + m.times() + "@" + m.since()) ? 1 : 0,
                        Integer::sum);
                break;
            }
        }
    }

    /** Whoever has not got a letter that is gone, need not know what was in it. */
    private void posted(Change c) {
        Letter l = c instanceof Change.Posted(String id) ? composed.get(id) : null;
        ChannelSpec channel = l == null ? null : spec.channels().get(l.channel());
        if (l == null || channel == null) {
            return;
        }
        for (String r : Servers.recipients(channel)) {
            if (!servers.has(l, r)) {
                givenUp++;
                l.keys().forEach(k -> excused.add(Servers.lane(l.channel(), r) + " " + k));
            }
        }
    }

    private final Set<String> began = new HashSet<>();

    // ── what happens ──

    private void something() {
        if (alerts == null) {
            if (wallJumps && random.nextInt(4) == 0) {
                wallOffset += random.nextLong(-DAY, DAY);
            }
            if (random.nextInt(3) > 0) {
                begin();
            }
            return;
        }
        String key = "watch/" + (char) ('a' + random.nextInt(6));
        switch (random.nextInt(18)) {
            case 0, 1, 2, 3 -> {
                Severity severity = random.nextInt(3) == 0 ? Severity.CRITICAL : Severity.WARNING;
                lasting.put(key, severity);
                excuse(key, severity);
                tell(new Stimulus.Raise(lasting(key, severity)));
            }
            case 4, 5, 6 -> {
                if (lasting.remove(key) != null) {
                    tell(new Stimulus.Clear(key, "fine"));
                }
            }
            case 7, 8 -> {
                String event = "event/" + (char) ('a' + random.nextInt(3));
                Severity severity = random.nextBoolean() ? Severity.CRITICAL : Severity.WARNING;
                excuse(event, severity);
                tell(new Stimulus.Raise(Occasion.event(event, severity, event)));
            }
            case 9, 10 -> {
                String c = "c" + random.nextInt(4);
                servers.away(c, time + random.nextInt(2 * 3_600_000));
            }
            case 11 -> {
                String pattern = random.nextBoolean() ? key : random.nextBoolean() ? "watch/*" : "event/?";
                silences.add(pattern);
                tell(new Stimulus.Hush(pattern, Duration.ofMinutes(1 + random.nextInt(120)), "", "me"));
            }
            case 12 -> {
                if (!silences.isEmpty()) {
                    tell(new Stimulus.Unhush(silences.get(random.nextInt(silences.size()))));
                }
            }
            case 13 -> {
                if (random.nextInt(3) == 0) {
                    spec = someSpec();
                    everything = true;
                    for (Flight f : List.copyOf(flights.values())) {
                        if (!spec.channels().containsKey(f.channel().name())) { // nobody waits for its answer
                            flights.remove(f.channel().name());
                            servers.unheard(f.letter(), f.channel(), time);
                        }
                    }
                    lastLoud.clear();
                    lastSeverity.clear();
                    tell(new Stimulus.Configure(spec));
                }
            }
            case 14 -> {
                if (wallJumps) {
                    wallOffset += random.nextLong(-DAY, DAY);
                    tell(new Stimulus.Tick());
                }
            }
            case 15 -> servers.stumble("c" + random.nextInt(4), key);
            case 16 -> servers.fill("c" + random.nextInt(4), time + random.nextInt(40 * 3_600_000));
            default -> {
                if (random.nextInt(3) == 0) {
                    servers.refuse("c" + random.nextInt(4));
                } else if (dies) {
                    die();
                }
            }
        }
    }

    /** After a reload routes and bounds are others: then only what may not happen is looked at, not what must. */
    private boolean everything;

    private void excuse(String key, Severity severity) {
        for (ChannelSpec c : spec.channels().values()) {
            if (!spec.route(severity).contains(c.name()) || !severity.atLeast(c.least())) {
                Servers.recipients(c).forEach(r -> excused.add(Servers.lane(c.name(), r) + " " + key));
            }
        }
    }

    private static Occasion lasting(String key, Severity severity) {
        return Occasion.lasting(key, severity, key + " is " + severity.written());
    }

    // ── time and the servers ──

    private void advance(long by) {
        long until = time + by;
        for (int i = 0; ; i++) {
            if (i > LIMIT) {
                throw new AssertionError("it never comes to rest");
            }
            long next = until;
            if (alerts != null) {
                long deadline = alerts.nextDeadline();
                if (deadline != Long.MAX_VALUE) {
                    next = Math.min(next, Math.max(time, deadline - keptBase + bornAt));
                }
            }
            for (Flight f : flights.values()) {
                next = Math.min(next, f.arrives());
            }
            boolean last = next >= until;
            time = Math.max(time, next);
            boolean moved = false;
            for (Flight f : List.copyOf(flights.values())) {
                if (f.arrives() <= time && flights.remove(f.channel().name()) != null) {
                    arrive(f);
                    moved = true;
                }
            }
            if (alerts != null && alerts.nextDeadline() - keptBase + bornAt <= time) {
                tell(new Stimulus.Tick());
                moved = true;
            }
            if (last && !moved) {
                return;
            }
        }
    }

    private void sending(Letter l, ChannelSpec c) {
        check(flights.put(c.name(), new Flight(l, c, time + 1 + random.nextInt(5_000))) == null, "two at once to " + c);
        if (composed.putIfAbsent(l.id(), l) != null) {
            return;
        }
        servers.written(l);
        AlertSpec.QuietSpec hours = c.quiet();
        boolean quiet = hours != null && !hours.criticalPasses() && hours.until(wall()) != null;
        for (Item i : l.items()) {
            String id = c.name() + " " + i.occasion().key();
            Severity severity = i.severity();
            if (quiet && l.made().equals(wall())) {
                throw new AssertionError("told in quiet hours: " + l);
            }
            boolean loud =
                    i.kind() == Item.Kind.RAISED || i.kind() == Item.Kind.CHANGED || i.kind() == Item.Kind.PASSED;
            if (loud && l.made().equals(wall())) {
                Alerts a = alerts;
                check(
                        a == null
                                || a.view(now()).silences().stream()
                                        .noneMatch(s -> s.covers(i.occasion().key())),
                        "told though silenced: " + i);
                Long before = lastLoud.put(id, time);
                Severity known = lastSeverity.put(id, severity);
                check(
                        before == null
                                || known == null
                                || severity.compareTo(known) > 0
                                || i.kind() == Item.Kind.PASSED
                                || time - before >= c.cooldown().toMillis() - 1
                                || everything,
                        "within its cooldown: " + i);
            }
        }
    }

    private void arrive(Flight f) {
        String c = f.channel().name();
        Delivery result = servers.answer(f.letter(), f.channel(), time, ending);
        boolean got = result instanceof Delivery.Done || result instanceof Delivery.Partly;
        // The daemon may die before it notes that.
        boolean first = dies && !ending && got && servers.doubt(f.letter());
        tell(new Stimulus.Sent(c, f.letter().id(), result));
        if (alerts != null && first) {
            servers.sure(f.letter());
        }
    }

    // ── in the end ──

    /** What fails for ever has kept nothing else back. */
    private void passed() {
        Alerts a = java.util.Objects.requireNonNull(alerts, "no daemon");
        List<Letter> waiting = a.view(now()).letters();
        for (Letter l : waiting) {
            ChannelSpec c = spec.channels().get(l.channel());
            check(
                    c != null && (servers.stuck(l) || servers.full(l, c, time) || behind(l, waiting)),
                    "it works, and this waits all the same: " + l);
        }
        lasting.forEach((key, severity) -> spec.channels().values().forEach(c -> {
            if (waiting.stream()
                    .noneMatch(l -> l.channel().equals(c.name()) && l.keys().contains(key))) {
                knows(c, key, severity);
            }
        }));
    }

    private static boolean behind(Letter l, List<Letter> all) {
        return all.subList(0, all.indexOf(l)).stream()
                .anyMatch(e -> e.channel().equals(l.channel()) && !java.util.Collections.disjoint(e.keys(), l.keys()));
    }

    private void knows(ChannelSpec c, String key, Severity severity) {
        if (!spec.route(severity).contains(c.name()) || !severity.atLeast(c.least())) {
            return;
        }
        for (String r : Servers.recipients(c)) {
            String id = Servers.lane(c.name(), r) + " " + key;
            Item i = servers.last(id);
            boolean excuse = excused.contains(id) && givenUp > 0;
            check(
                    excuse
                            || (i != null
                                    && i.kind() != Item.Kind.CLEARED
                                    && i.kind() != Item.Kind.PASSED
                                    && i.occasion().severity() == severity)
                            || silenced(key),
                    id + " was not told as it is, but " + i);
        }
    }

    private boolean silenced(String key) {
        return !ending || java.util.Objects.requireNonNull(alerts).view(now()).silenced(key);
    }

    private void settle() {
        Alerts a = java.util.Objects.requireNonNull(alerts, "no daemon");
        AlertsView view = a.view(now());
        check(view.letters().isEmpty(), "something was never delivered: " + view.letters());
        servers.once();
        Map<String, Integer> sums = servers.told();
        sums.forEach((id, told) -> {
            int all = episodes.getOrDefault(id.substring(id.indexOf(' ') + 1), 0);
            check(everything || told <= all, id + ": " + told + " told of " + all);
        });
        if (!everything) {
            episodes.forEach((key, all) -> spec.channels()
                    .values()
                    .forEach(c -> Servers.recipients(c).forEach(r -> {
                        String id = Servers.lane(c.name(), r) + " " + key;
                        boolean must =
                                !excused.contains(id) && silences.stream().noneMatch(s -> Silence.matches(s, key));
                        int told = sums.getOrDefault(id, 0);
                        check(!must || told == all, id + ": " + told + " told of " + all);
                    })));
        }
        lasting.forEach((key, severity) -> spec.channels().values().forEach(c -> knows(c, key, severity)));
        servers.last((lane, i) -> {
            ChannelSpec c = spec.channels().get(lane.substring(0, lane.indexOf('/')));
            boolean over =
                    i.occasion().lasts() && !lasting.containsKey(i.occasion().key());
            if (c != null && c.recovery() && over && !everything && givenUp == 0) {
                check(
                        i.kind() == Item.Kind.CLEARED || i.kind() == Item.Kind.PASSED,
                        lane + " was not told that it is over: " + i);
            }
        });
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
