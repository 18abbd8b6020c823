package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.api.GuardReport;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.RuleView;
import dev.holdfast.guard.Suspect;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Threads;
import dev.holdfast.patrol.Effects;
import dev.holdfast.patrol.GuardHistory;
import dev.holdfast.patrol.Patrol;
import dev.holdfast.unit.Level;
import dev.holdfast.unit.MonoTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The guard within the daemon: a thread of its own looks and judges; what concerns supervision is a task of the loop.
 * Nothing of it is there while nothing is configured.
 */
final class GuardPost implements AutoCloseable {
    private static final Duration LAST_WAIT = Duration.ofSeconds(2);
    /** For whoever asks what the guard sees: a look at all processes takes its time. */
    private static final Duration TOLD = Duration.ofSeconds(10);

    private static final int TOLD_OF = 50;
    /** From the begin of a thread that a bug ended until another begins. */
    private static final Duration ANEW = Duration.ofMinutes(1);
    /** Findings that may wait for the disk. */
    private static final int UNWRITTEN = 4096;
    /** What was removed at a reload may be held up by a look that hangs; whoever comes after does not wait for ever. */
    private static final Duration RELIEF = Duration.ofSeconds(10);

    private final Path state;
    private final int self;
    private final Loop loop;
    private final Console console;
    private final AlertDesk desk;
    private final Ward ward;
    /** What runs, by instance: {@code web/0}, or the name of a schedule or queue. */
    private final Map<String, String> owners = new ConcurrentHashMap<>();

    private final Map<InstanceId, String> leaders = new HashMap<>();
    private volatile @Nullable GuardSpec spec;
    private volatile @Nullable Watchman watchman;
    /** The last that was dismissed. */
    private @Nullable Thread former;
    /** There from the first guard on, until the daemon ends. */
    private @Nullable GuardScribe scribe;

    final GuardTally tally = new GuardTally();

    /** What of the daemon the guard may ask for; on the loop's thread. */
    interface Ward {
        /** @return why that cannot be; null: it is done */
        @Nullable
        String supervise(boolean restart, Set<String> names, String by);

        void exec(Deed.Exec exec, String rule, Map<String, String> variables);
    }

    GuardPost(Path state, int self, Loop loop, Console console, AlertDesk desk, Ward ward) {
        this.state = state;
        this.self = self;
        this.loop = loop;
        this.console = console;
        this.desk = desk;
        this.ward = ward;
    }

    // ── on the loop's thread ──

    @Nullable
    GuardSpec spec() {
        return spec;
    }

    /** What it finds things by: its rules, zombies and orphans. On any thread. */
    List<String> names() {
        GuardSpec s = spec;
        if (s == null) {
            return List.of();
        }
        var names = new java.util.ArrayList<>(s.rules().keySet());
        if (s.zombies() != null) {
            names.add("zombies");
        }
        if (s.orphans() != null) {
            names.add("orphans");
        }
        return names;
    }

    /** From now on these rules; null: none. */
    void configure(@Nullable GuardSpec anew) {
        spec = anew;
        Watchman w = watchman;
        if (anew == null) {
            watchman = null;
            if (w != null) {
                w.dismiss();
                former = w.thread;
            }
            desk.retain("guard/", Set.of()); // nobody is left who could say that it is over
        } else if (w == null || !w.thread.isAlive()) {
            begin(anew);
        } else if (!anew.equals(w.spec)) {
            w.reload(anew);
        }
    }

    private void begin(GuardSpec anew) {
        try {
            GuardScribe s = scribe;
            if (s == null) {
                s = new GuardScribe(
                        pages(),
                        UNWRITTEN,
                        f -> console.say(GuardWords.level(f), "guard " + GuardWords.of(f)),
                        lacking -> console.warn("guard: " + lacking));
                scribe = s;
            }
            var w = new Watchman(anew, s, former);
            watchman = w;
            dev.holdfast.linux.Threads.start(w.thread);
        } catch (IOException e) {
            watchman = null;
            console.say(Level.ERROR, "guard: nothing is watched: " + e.getMessage());
        }
    }

    private GuardScribe.Pages pages() {
        var history = new GuardHistory(state);
        return new GuardScribe.Pages() {
            @Override
            public void add(Finding finding) throws IOException {
                history.add(finding);
            }

            @Override
            public void close() throws IOException {
                history.close();
            }
        };
    }

    /**
     * Ends the zombies or orphans there are now, as configured.
     *
     * @param told once, on the loop's thread
     */
    void sweep(String name, Consumer<Recovery.Done> told) {
        Watchman w = watchman;
        GuardSpec s = spec;
        boolean there = s != null && (name.equals("orphans") ? s.orphans() != null : s.zombies() != null);
        if (w == null || !w.thread.isAlive() || !there) {
            told.accept(new Recovery.Done(false, "there is no guard." + name + " here", List.of()));
        } else {
            w.sweep(name, told);
        }
    }

    /** An instance is about to run. */
    void begins(InstanceId id, String process) {
        owners.put(id.value(), process);
    }

    /** Its first process is known: whose it is can be told also where its environment may not be read. */
    void began(InstanceId id, ProcessRef leader) {
        String process = owners.get(id.value());
        if (process != null) {
            String ref = leader.pid() + ":" + leader.startTicks();
            owners.put(ref, process);
            leaders.put(id, ref);
        }
    }

    void ended(InstanceId id) {
        owners.remove(id.value());
        String ref = leaders.remove(id);
        if (ref != null) {
            owners.remove(ref);
        }
    }

    /** Thread-safe. */
    List<Doctor.Finding> findings() {
        Watchman w = watchman;
        if (w == null) {
            return List.of();
        }
        Patrol patrol = w.patrol;
        if (patrol == null || !w.thread.isAlive()) {
            return List.of(HostFindings.broken(
                    "guard", "it has failed: no rule is looked after until it begins anew, within a minute"));
        }
        String weaker = patrol.weaker();
        return List.of(
                weaker == null
                        ? new Doctor.Finding(
                                "ok",
                                "guard",
                                w.spec.rules().size() + (w.spec.rules().size() == 1 ? " rule" : " rules")
                                        + " over all processes of the host"
                                        + (w.spec.dryRun() ? ", a dry run: nothing is done" : ""))
                        : HostFindings.weaker("guard", weaker));
    }

    /** Whether there is one. Thread-safe. */
    boolean stands() {
        return watchman != null;
    }

    /** Thread-safe. Empty: it has failed, or is too busy to tell. */
    Optional<GuardReport> report() {
        Watchman w = watchman;
        return w == null ? Optional.empty() : Optional.ofNullable(w.report());
    }

    @Override
    public void close() {
        Watchman w = watchman;
        if (w != null) {
            w.end();
        }
        GuardScribe s = scribe;
        if (s != null) {
            s.close();
        }
    }

    /** The guard as a whole, and each rule that found something lately; nothing without a guard. Thread-safe. */
    void into(HealthReports health) {
        Watchman w = watchman;
        if (w == null) {
            return;
        }
        Patrol patrol = w.patrol;
        String broken = patrol == null || !w.thread.isAlive()
                ? "it has failed and begins anew: no rule is looked after"
                : patrol.blind() == null ? null : "rules see nothing: " + patrol.blind();
        int rules = w.spec.rules().size();
        health.guard(GuardDeeds.item(broken, patrol == null ? null : patrol.weaker(), rules));
        w.news.items(Loop.now().wall()).forEach(health::guard);
    }

    /** What it found of a process or schedule, oldest first. Thread-safe. */
    List<dev.holdfast.api.Why.ByGuard> told(String process, int most) {
        return GuardDeeds.of(state, process, most);
    }

    // ── on the guard's thread ──

    /** One life of that thread. */
    private final class Watchman implements Effects {
        @Override
        public void looked(Duration took, int processes) {
            tally.looked(took, processes);
        }

        /** Null between two. */
        private volatile @Nullable Patrol patrol;

        private final CountDownLatch ended = new CountDownLatch(1);
        private String toldBroken = "";
        private final GuardScribe scribe;
        private final @Nullable Thread former;
        private final GuardNews news = new GuardNews();
        private final Thread thread;
        private final GuardAlerts alerts = new GuardAlerts(desk);
        private volatile GuardSpec spec;
        private volatile boolean over;
        private volatile boolean dismissed;
        private final Sweeps sweeps = new Sweeps(loop::soon);

        /** What an earlier daemon raised and this one has not found by then is over. */
        private @Nullable MonoTime settled;

        /** @param former may still be at its last look, and not both are to strike */
        Watchman(GuardSpec spec, GuardScribe scribe, @Nullable Thread former) throws Errno {
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
            if (dismissed && watchman == null) { // else they are its successor's to say when they are over
                desk.retain("guard/", Set.of()); // what its last look may have raised
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
                    new Patrol.Post(
                            Daemon.PROC, Path.of("/"), self, Census.budget(), id -> owners.getOrDefault(id, "")),
                    Loop::now,
                    this);
        }

        /** What a bug ended begins anew, but not more often than once a minute; that is said once. */
        private void broken(RuntimeException bug, MonoTime began) {
            Throwable cause = bug.getCause() instanceof IOException full ? full : bug;
            if (!cause.toString().equals(toldBroken)) {
                toldBroken = cause.toString();
                console.say(Level.ERROR, "guard: it has failed and begins anew, at most once a minute: " + cause);
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
            if (!order(p -> views.complete(p.views()))) {
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
            try (var history = new GuardHistory(state)) {
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
        public void tell(Finding f) {
            sweeps.add(f);
            scribe.take(f);
            news.tell(f);
            tally.found(f);
            alerts.tell(f);
        }

        @Override
        public void supervise(boolean restart, List<String> names, Finding f) {
            loop.soon(() -> {
                String why = ward.supervise(restart, Set.copyOf(names), "guard " + f.rule());
                if (why != null) {
                    console.warn("guard " + f.rule() + ": " + String.join(", ", names) + " cannot be "
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
                    "HOLDFAST_GUARD_PID",
                    s == null ? "" : Integer.toString(s.ref().pid()));
            variables.put("HOLDFAST_GUARD_NAME", s == null ? "" : s.command());
            loop.soon(() -> ward.exec(exec, f.rule(), variables));
        }

        @Override
        public void warn(String what) {
            console.warn("guard: " + what);
        }
    }
}
