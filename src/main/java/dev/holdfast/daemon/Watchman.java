package dev.holdfast.daemon;

import dev.holdfast.api.GuardReport;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.deeds.GuardNews;
import dev.holdfast.deeds.GuardReports;
import dev.holdfast.deeds.GuardScribe;
import dev.holdfast.deeds.GuardTally;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.RuleView;
import dev.holdfast.guard.Suspect;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.patrol.Effects;
import dev.holdfast.patrol.GuardHistory;
import dev.holdfast.patrol.Patrol;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One life of the guard's thread: it looks and judges there, and asks the loop for what concerns supervision. */
final class Watchman implements Effects {
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);
    /** For whoever asks what the guard sees: a look at all processes takes its time. */
    private static final Duration TOLD = Duration.ofSeconds(10);

    private static final int TOLD_OF = 50;
    /** From the begin of a thread that a bug ended until another begins. */
    private static final Duration ANEW = Duration.ofMinutes(1);
    /** What was removed at a reload may be held up by a look that hangs; whoever comes after does not wait for ever. */
    private static final Duration RELIEF = Duration.ofSeconds(10);

    /**
     * Where it stands.
     *
     * @param owner of an instance, by its id; empty: none. Thread-safe
     * @param relieved whether nobody is to come after it
     */
    record Seat(
            Path state,
            int self,
            Loop loop,
            Console console,
            AlertDesk desk,
            GuardPost.Ward ward,
            GuardTally tally,
            Function<String, String> owner,
            BooleanSupplier relieved) {}

    private final Seat seat;
    /** Null between two. */
    volatile @Nullable Patrol patrol;

    private final CountDownLatch ended = new CountDownLatch(1);
    private String toldBroken = "";
    private final GuardScribe scribe;
    private final @Nullable Thread former;
    final GuardNews news = new GuardNews();
    final Thread thread;
    private final GuardAlerts alerts;
    volatile GuardSpec spec;
    private volatile boolean over;
    private volatile boolean dismissed;
    private final Sweeps sweeps;

    /** What an earlier daemon raised and this one has not found by then is over. */
    private @Nullable MonoTime settled;

    /** @param former may still be at its last look, and not both are to strike */
    Watchman(GuardSpec spec, Seat seat, GuardScribe scribe, @Nullable Thread former) throws Errno {
        this.seat = seat;
        this.alerts = new GuardAlerts(seat.desk());
        this.sweeps = new Sweeps(seat.loop()::soon);
        this.spec = spec;
        this.scribe = scribe;
        this.former = former;
        this.settled =
                Loop.now().mono().plus(longest(spec)).plus(spec.interval().multipliedBy(2));
        this.patrol = open();
        this.thread = Thread.ofPlatform().name("holdfast-guard").daemon().unstarted(this::watch);
    }

    private static Duration longest(GuardSpec spec) {
        return spec.rules().values().stream()
                .flatMap(r -> Stream.of(r.any(), r.all(), r.total()).flatMap(List::stream))
                .map(GuardSpec.ConditionSpec::window)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private void watch() {
        Threads.pressing(); // else it waits behind those that it is to end; it starts no process itself
        relieve();
        while (!over) {
            MonoTime began = Loop.now().mono();
            try {
                walk();
            } catch (RuntimeException e) {
                broken(e, began);
            }
        }
        Patrol unused = patrol;
        patrol = null;
        if (unused != null) {
            unused.close();
        }
        sweeps.end();
        if (dismissed && seat.relieved().getAsBoolean()) { // else they are its successor's to say when they are over
            seat.desk().retain("guard/", Set.of()); // what its last look may have raised
        }
    }

    private void relieve() {
        Thread f = former;
        if (f != null) {
            try {
                f.join(RELIEF);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Until it is over, or a bug ends it. */
    private void walk() {
        Patrol known = patrol;
        try (Patrol p = known == null ? open() : known) {
            patrol = p;
            p.listen();
            p.run(() -> {
                MonoTime s = settled;
                if (!over && s != null && !Loop.now().mono().isBefore(s)) {
                    settled = null;
                    alerts.settle();
                }
                return over;
            });
        } catch (Errno e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            patrol = null;
            sweeps.end();
        }
    }

    private Patrol open() throws Errno {
        return new Patrol(
                spec,
                new Patrol.Post(Daemon.PROC, Path.of("/"), seat.self(), Census.budget(Daemon.PROC), seat.owner()),
                Loop::now,
                this);
    }

    /** What a bug ended begins anew, but not more often than once a minute; that is said once. */
    private void broken(RuntimeException bug, MonoTime began) {
        Throwable cause = bug.getCause() instanceof IOException full ? full : bug;
        if (!cause.toString().equals(toldBroken)) {
            toldBroken = cause.toString();
            seat.console().say(Level.ERROR, "guard: it has failed and begins anew, at most once a minute: " + cause);
        }
        try {
            long left = began.plus(ANEW).since(Loop.now().mono()).toMillis();
            if (ended.await(Math.max(0, left), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            over = true;
        }
    }

    void reload(GuardSpec anew) {
        spec = anew;
        news.only(anew.rules().keySet());
        order(p -> p.reload(anew));
    }

    void sweep(String name, Consumer<Recovery.Done> told) {
        Sweeps.Sweep one = sweeps.ask(name, told); // before the order, which may be the last of a life
        boolean there = order(p -> {
            one.begin();
            p.sweep(name, one::done);
        });
        if (!there) {
            one.answer("the guard has failed and is about to begin anew");
        }
    }

    /** @return false when it is between two lives */
    private boolean order(Consumer<Patrol> task) {
        Patrol p = patrol;
        if (p != null) {
            p.order(() -> task.accept(p));
        }
        return p != null;
    }

    @Nullable
    GuardReport report() {
        var views = new CompletableFuture<List<RuleView>>();
        // Not completed here: whoever wakes a virtual thread may start a carrier for it, which would have this
        // priority.
        if (!order(p -> {
            List<RuleView> now = p.views();
            seat.loop().soon(() -> views.complete(now));
        })) {
            return null;
        }
        try {
            return GuardReports.of(spec, views.get(TOLD.toMillis(), TimeUnit.MILLISECONDS), lately());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException | IOException e) {
            return null;
        }
    }

    private List<Map<String, Object>> lately() throws IOException {
        try (var history = new GuardHistory(seat.state())) {
            return history.last(TOLD_OF);
        }
    }

    /** It ends after the look it is at; nobody waits for that. */
    void dismiss() {
        dismissed = true;
        quit();
    }

    private void quit() {
        over = true;
        ended.countDown();
        order(_ -> {});
    }

    void end() {
        quit();
        try {
            thread.join(LAST_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void looked(Duration took, int processes) {
        seat.tally().looked(took, processes);
    }

    @Override
    public void tell(Finding f) {
        sweeps.add(f);
        scribe.take(f);
        news.tell(f);
        seat.tally().found(f);
        alerts.tell(f);
    }

    @Override
    public void supervise(boolean restart, List<String> names, Finding f) {
        seat.loop().soon(() -> {
            String why = seat.ward().supervise(restart, Set.copyOf(names), "guard " + f.rule());
            if (why != null) {
                seat.console()
                        .warn("guard " + f.rule() + ": " + String.join(", ", names) + " cannot be "
                                + (restart ? "restarted: " : "stopped: ") + why);
            }
        });
    }

    @Override
    public void exec(Deed.Exec exec, Finding f) {
        Suspect s = f.suspect();
        var variables = new java.util.TreeMap<String, String>();
        variables.put("HOLDFAST_GUARD_RULE", f.rule());
        variables.put("HOLDFAST_GUARD_WHY", f.why());
        variables.put(
                "HOLDFAST_GUARD_PID", s == null ? "" : Integer.toString(s.ref().pid()));
        variables.put("HOLDFAST_GUARD_NAME", s == null ? "" : s.command());
        seat.loop().soon(() -> seat.ward().exec(exec, f.rule(), variables));
    }

    @Override
    public void warn(String what) {
        seat.console().warn("guard: " + what);
    }
}
