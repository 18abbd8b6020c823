package dev.holdfast.daemon;

import dev.holdfast.alert.Action;
import dev.holdfast.alert.Alerts;
import dev.holdfast.alert.AlertsView;
import dev.holdfast.alert.Change;
import dev.holdfast.alert.Decision;
import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Item;
import dev.holdfast.alert.Kept;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Moment;
import dev.holdfast.alert.Occasion;
import dev.holdfast.alert.Stimulus;
import dev.holdfast.alert.Wording;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.AlertSpec.Way;
import dev.holdfast.linux.Threads;
import dev.holdfast.post.Hook;
import dev.holdfast.post.Smtp;
import dev.holdfast.post.Spool;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that decides what is told to whom, keeps it on disk, and has it sent: so that neither a disk nor a mail server
 * ever holds up the loop. What it is told is taken in order; what came together is written together. Thread-safe.
 */
final class Alerting {
    /** What may wait to be taken: a storm beyond it is counted, not kept. */
    private static final int MOST_WAITING = 5_000;

    private static final int AT_ONCE = 200;

    private static final Duration LONGEST_TRY = Duration.ofSeconds(60);

    /** After a bug: what always meets it must not do so all the time. */
    private static final long STUMBLED = 10_000;

    private final Path file;
    private final Wording wording;
    private final AlertCommands commands;
    private final Console console;
    private final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    /** By channel and result. */
    private final ConcurrentHashMap<List<String>, Long> tries = new ConcurrentHashMap<>();

    // ── the thread's own ──
    private long keptBase;
    private final long born = System.nanoTime();
    private boolean closing;
    private long noTickBefore;

    private sealed interface Asked {
        record Told(Stimulus stimulus) implements Asked {}

        record Late(Supplier<Occasion> occasion) implements Asked {}

        record Posted(Stimulus.Post post, CompletableFuture<Boolean> written) implements Asked {}

        record View(CompletableFuture<AlertsView> answer) implements Asked {}

        /** Ends the thread at once. */
        record End() implements Asked {}
    }

    /** @param first the configuration to begin with */
    Alerting(Path state, String host, AlertSpec first, AlertCommands commands, Console console) throws IOException {
        this.file = state.resolve("alerts");
        this.wording = new Wording(host, ZoneId.systemDefault());
        this.commands = commands;
        this.console = console;
        tell(new Stimulus.Configure(first));
        thread = Thread.ofPlatform().name("alerts").daemon().unstarted(this::work);
        Threads.start(thread);
    }

    void tell(Stimulus s) {
        ask(new Asked.Told(s));
    }

    /** Kept only while somebody takes it. */
    private void ask(Asked a) {
        if (!ended.isDone()) {
            asked.add(a);
        }
    }

    void raise(Occasion occasion) {
        if (room()) {
            tell(new Stimulus.Raise(occasion));
        }
    }

    /** Put together when it is its turn. */
    void raise(Supplier<Occasion> occasion) {
        if (room()) {
            ask(new Asked.Late(occasion));
        }
    }

    void clear(String key, String how) {
        tell(new Stimulus.Clear(key, how));
    }

    void retain(String prefix, Set<String> keys) {
        tell(new Stimulus.Retain(prefix, keys));
    }

    void configure(@Nullable AlertSpec spec) {
        tell(new Stimulus.Configure(spec));
    }

    private boolean room() {
        if (waiting.incrementAndGet() <= MOST_WAITING) {
            return true;
        }
        waiting.decrementAndGet();
        lost.incrementAndGet();
        return false;
    }

    /** @return done when it is on disk, or waits in memory for a disk that takes nothing */
    CompletableFuture<Boolean> post(Stimulus.Post post) {
        var written = new CompletableFuture<Boolean>();
        var _ = ended.thenRun(() -> written.complete(false)); // the next daemon makes it again
        ask(new Asked.Posted(post, written));
        return written;
    }

    CompletableFuture<AlertsView> view() {
        var answer = new CompletableFuture<AlertsView>();
        asked.add(new Asked.View(answer));
        return answer;
    }

    /** Tries to deliver, by channel and result ({@code success}, {@code failure}). */
    Map<List<String>, Long> tries() {
        return Map.copyOf(tries);
    }

    /** What was gathered goes out now; when nothing is on its way any more, this comes. */
    CompletableFuture<Void> close() {
        tell(new Stimulus.Close());
        return ended;
    }

    /** Ends as it is: what is kept is for the next daemon. Waits a second at most for a write that is under way. */
    void end() {
        asked.add(new Asked.End());
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a message that says it is a test, past all rules. */
    void test(ChannelSpec channel, String by, Consumer<Delivery> then) {
        var occasion = Occasion.event(
                        "alerts/test/" + channel.name(),
                        Severity.WARNING,
                        "a test of the alert channel " + channel.name())
                .withText("Nothing has happened: " + by + " asked for this message.")
                .withFact("channel", channel.name(), null)
                .withLook("holdfast alerts list");
        Instant now = Instant.now();
        var item = new Item(Item.Kind.RAISED, Severity.WARNING, occasion, now, now, 1, 1, "");
        deliver(new Letter("test-" + fresh(), channel.name(), now, List.of(item)), channel, then);
    }

    private static String fresh() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    // ── the thread ──

    private void work() {
        try (var spool = new Spool(file, w -> console.say(Level.ERROR, w), n -> console.say(Level.NOTICE, n))) {
            Spool.Found found = spool.open(Instant.now());
            Moment last = found.last();
            keptBase = last == null ? 0 : Kept.resumed(last, Instant.now());
            var alerts = new Alerts(fresh(), found.kept(), ThreadLocalRandom.current());
            while (turn(alerts, spool)) {
                // until it is over
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            console.say(Level.ERROR, "alerts are told no more: " + e);
            throw e;
        } finally {
            ended.complete(null);
        }
    }

    private Moment now() {
        return new Moment(keptBase + (System.nanoTime() - born) / 1_000_000, Instant.now());
    }

    private boolean turn(Alerts alerts, Spool spool) throws InterruptedException {
        long deadline = Math.max(alerts.nextDeadline(), noTickBefore);
        Asked first = deadline == Long.MAX_VALUE
                ? asked.take()
                : asked.poll(Math.max(0, deadline - now().at()), TimeUnit.MILLISECONDS);
        var all = new ArrayList<Asked>();
        if (first != null) {
            all.add(first);
            asked.drainTo(all, AT_ONCE);
        }
        var changes = new ArrayList<Change>();
        var actions = new ArrayList<Action>();
        boolean more = true;
        for (Asked a : all) {
            more &= !(a instanceof Asked.End);
            guarded(() -> take(a, alerts, changes, actions));
        }
        long at = now().at();
        if (alerts.nextDeadline() <= at && at >= noTickBefore) { // also when others always have something to say
            guarded(() -> add(alerts.apply(new Stimulus.Tick(), now()), changes, actions));
        }
        if (!changes.isEmpty()) {
            guarded(() -> spool.append(now(), changes, alerts::all));
        }
        for (Asked a : all) {
            if (a instanceof Asked.Posted(var _, var written)) {
                written.complete(true);
            }
        }
        actions.forEach(this::act);
        long missed = lost.getAndSet(0);
        if (missed > 0) {
            console.say(Level.ERROR, missed + " alerts came faster than they could be taken, and are not told");
        }
        return more && !(closing && !alerts.sending() && asked.isEmpty());
    }

    private void take(Asked asked, Alerts alerts, List<Change> changes, List<Action> actions) {
        switch (asked) {
            case Asked.Told(Stimulus s) -> {
                if (s instanceof Stimulus.Raise) {
                    waiting.decrementAndGet();
                }
                closing |= s instanceof Stimulus.Close;
                add(alerts.apply(s, now()), changes, actions);
            }
            case Asked.Late(var occasion) -> {
                waiting.decrementAndGet();
                add(alerts.apply(new Stimulus.Raise(occasion.get()), now()), changes, actions);
            }
            case Asked.Posted(Stimulus.Post post, var _) -> add(alerts.apply(post, now()), changes, actions);
            case Asked.View(var answer) -> answer.complete(alerts.view(now()));
            case Asked.End _ -> {}
        }
    }

    /** A bug in one matter, or in whoever says it, costs that one: all others are told. */
    private boolean guarded(Runnable part) {
        try {
            part.run();
            return true;
        } catch (RuntimeException | LinkageError bug) {
            noTickBefore = now().at() + STUMBLED;
            console.say(Level.ERROR, "a bug: an alert may not be told: " + bug);
            return false;
        }
    }

    private static void add(Decision d, List<Change> changes, List<Action> actions) {
        changes.addAll(d.changes());
        actions.addAll(d.actions());
    }

    private void act(Action action) {
        switch (action) {
            case Action.Say(Level level, String words) -> console.say(level, words);
            case Action.Send(Letter l, ChannelSpec c) -> {
                Consumer<Delivery> then = d -> {
                    boolean sent = d instanceof Delivery.Done || d instanceof Delivery.Mostly;
                    tries.merge(List.of(c.name(), sent ? "success" : "failure"), 1L, Long::sum);
                    tell(new Stimulus.Sent(c.name(), l.id(), d));
                };
                if (!guarded(() -> deliver(l, c, then))) {
                    then.accept(new Delivery.Away("a bug"));
                }
            }
        }
    }

    private void deliver(Letter l, ChannelSpec c, Consumer<Delivery> then) {
        switch (c.way()) {
            case Way.Email mail ->
                InTime.send(most(mail.timeout()), () -> Smtp.send(l, mail, wording, wording.zone()), then);
            case Way.Webhook hook ->
                InTime.send(most(hook.timeout()), () -> Hook.send(l, hook, wording, Instant.now()), then);
            case Way.Exec exec -> commands.run(l, exec, wording, then);
        }
    }

    /** Of a whole try. A longer timeout was asked for. */
    private static Duration most(Duration timeout) {
        return timeout.compareTo(LONGEST_TRY) > 0 ? timeout : LONGEST_TRY;
    }

    /** For as long as the daemon waits for it at its end. */
    static Duration patience() {
        return Duration.ofSeconds(5);
    }
}
