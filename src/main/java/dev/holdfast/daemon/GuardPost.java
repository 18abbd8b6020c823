package dev.holdfast.daemon;

import dev.holdfast.api.Doctor;
import dev.holdfast.api.GuardReport;
import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.deeds.GuardDeeds;
import dev.holdfast.deeds.GuardScribe;
import dev.holdfast.deeds.GuardTally;
import dev.holdfast.deeds.GuardWords;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ProcessRef;
import dev.holdfast.guard.Finding;
import dev.holdfast.linux.Threads;
import dev.holdfast.loop.Loop;
import dev.holdfast.patrol.GuardHistory;
import dev.holdfast.patrol.Patrol;
import dev.holdfast.unit.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The guard within the daemon: a thread of its own looks and judges; what concerns supervision is a task of the loop.
 * Nothing of it is there while nothing is configured.
 */
final class GuardPost implements AutoCloseable {
    /** Findings that may wait for the disk. */
    private static final int UNWRITTEN = 4096;

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
            var w = new Watchman(anew, seat(), s, former);
            watchman = w;
            Threads.start(w.thread);
        } catch (IOException e) {
            watchman = null;
            console.say(Level.ERROR, "guard: nothing is watched: " + e.getMessage());
        }
    }

    private Watchman.Seat seat() {
        return new Watchman.Seat(
                state,
                self,
                loop,
                console,
                desk,
                ward,
                tally,
                id -> owners.getOrDefault(id, ""),
                () -> watchman == null);
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
}
